import assert from "node:assert/strict";
import { PreflightFailed, startRollout } from "../../../src/core/rollouts/start.ts";
import { TargetTaken } from "../../../src/core/store/rollouts/transitions.ts";
import { Bench, TestTarget } from "./support.ts";

describe("a rollout", () => {
  let target: TestTarget;
  let bench: Bench;
  const opened: Bench[] = [];
  const open = async (options: Parameters<typeof Bench.of>[1] = {}) => {
    bench = await Bench.of(target, options);
    opened.push(bench);
    return bench;
  };
  beforeEach(async () => void (target = await new TestTarget().listen()));
  afterEach(async () => {
    for (const one of opened.splice(0)) one.close();
    await target.close();
  });

  it("of a good version goes through every step to 100 %, each set and read back", async () => {
    await open();
    await bench.start();
    assert.equal(await bench.run(), "done");
    const { state, reason, applied } = bench.stored();
    assert.deepEqual([state, applied], ["promoted", 100], reason);
    assert.deepEqual(target.history, [0, 5, 10, 25, 50, 95, 100], "the preflight's 0, each step, the holdback, all");
    assert.deepEqual(bench.actions().filter((action) => action.startsWith("weight")).length, 6);
    for (const poll of bench.polls()) assert.match(poll.text, /^(healthy|insufficient): error-rate .* evidence \d/, "every poll explains itself");
  });

  it("of a bad version is back at 0 % with the poll that sees it, and says why", async () => {
    await open();
    target.rates.canary = 0.2;
    await bench.start();
    await bench.run();
    const { state, reason, applied } = bench.stored();
    assert.deepEqual([state, applied, target.weights.canary], ["rolled-back", 0, 0]);
    assert.match(reason!, /^Breach: error-rate 20\.0.% vs 1\.\d.% \(of \d+ and [\d,]+\), evidence [\d.e]+ of 20/);
    assert.equal(bench.polls().at(-1)?.verdict, "breach");
    assert.deepEqual(target.history, [0, 5, 0]);
  });

  it("that becomes bad while it is paused is rolled back all the same", async () => {
    await open({ rollout: "thresholds: { error-rate: { ratio: 1.1 } }\n    maxStep: 24h" });
    await bench.start();
    bench.ask("pause");
    const running = bench.run();
    await bench.until(({ state, applied }) => state === "paused" && applied === undefined);
    bench.ask("resume");
    await bench.until(({ applied }) => applied === 5);
    bench.ask("pause");
    await bench.until(({ state }) => state === "paused");
    target.rates.canary = 0.3;
    await running;
    assert.equal(bench.stored().state, "rolled-back");
  });

  it("does as people say: abort goes back, promote goes to 100 % at once", async () => {
    for (const [kind, state, weight] of [["abort", "rolled-back", 0], ["promote", "promoted", 100]] as const) {
      await open();
      target.set(0);
      target.history.length = 0;
      await bench.start();
      const running = bench.run();
      await bench.until(({ applied }) => applied === 5);
      assert.equal(bench.ask(kind), true);
      await running;
      assert.deepEqual([bench.stored().state, target.weights.canary], [state, weight]);
      assert.match(bench.stored().reason!, /by Bob/);
      assert.equal(bench.ask("pause"), false, "it has ended");
    }
  });

  it("sees that somebody else set the weights, pauses and says it; resume sets its own again", async () => {
    await open({ rollout: "thresholds: { error-rate: { ratio: 1.1 } }\n    maxStep: 24h\n    minRequests: 100000000" });
    await bench.start();
    const stop = new AbortController();
    const running = bench.run(stop.signal);
    await bench.until(({ applied }) => applied === 5);
    target.set(40);
    const paused = await bench.until(({ state }) => state === "paused");
    assert.match(paused.reason!, /Somebody else set the canary .* to 40 %; it was 5 %/);
    bench.ask("resume");
    await bench.until(({ state, applied }) => state === "running" && applied === 5);
    target.set(0, "ttl");
    assert.match((await bench.until(({ state }) => state === "paused")).reason!, /dead man's switch/);
    stop.abort();
    await running;
  });

  it("keeps trying to roll back while the target is away, alerts once and says what to do by hand", async () => {
    await open();
    target.rates.canary = 0.2;
    await bench.start();
    const running = bench.run();
    await bench.until(({ applied }) => applied === 5);
    await bench.until(({ state }) => {
      target.down ||= state === "rolling-back" || bench.polls().some(({ verdict }) => verdict === "breach");
      return state !== "running";
    });
    if (bench.stored().state === "rolling-back") {
      await bench.until(() => bench.actions().some((action) => action.startsWith("alert")));
      target.down = false;
    }
    await running;
    assert.deepEqual([bench.stored().state, target.weights.canary], ["rolled-back", 0]);
  });

  it("that nobody can decide waits for a person, or goes on where llmops.yaml says so", async () => {
    const rare = "thresholds: { error-rate: { ratio: 1.1 } }\n    maxStep: 61ms";
    target.rates.stable = target.rates.canary = 0;
    await open({ rollout: rare });
    await bench.start();
    const stop = new AbortController();
    const running = bench.run(stop.signal);
    assert.match((await bench.until(({ state }) => state === "paused")).reason!, /Step 1 is undecided/);
    stop.abort();
    await running;
    target.set(0);
    await open({ rollout: `${rare}\n    onInsufficient: advance` });
    await bench.start();
    await bench.run();
    assert.equal(bench.stored().state, "promoted");
    assert.ok(bench.actions().some((action) => /undecided, and llmops.yaml says to advance/.test(action)));
  });

  it("is never healthy without data: a version without metrics, a source that stands still", async () => {
    await open();
    await bench.start();
    const stop = new AbortController();
    const running = bench.run(stop.signal);
    await bench.until(({ applied }) => applied === 5);
    target.missing = "canary";
    const before = bench.stored().step;
    const polls = bench.polls().length;
    await bench.until(() => bench.polls().length > polls + 10);
    assert.ok(bench.stored().step <= before + 1);
    assert.match(bench.polls().at(-1)!.text, /no metrics of the canary version/);
    assert.equal(bench.polls().at(-1)!.verdict, "insufficient");
    stop.abort();
    await running;
  });

  it("takes a restart of what counts for what it is", async () => {
    await open();
    await bench.start();
    const running = bench.run();
    await bench.until(({ step }) => step >= 1);
    target.restart();
    await running;
    assert.equal(bench.stored().state, "promoted");
    assert.ok(bench.polls().some(({ text }) => /counters of the stable version began again/.test(text)));
  });

  it("says that a token expired, holds, and goes on with the new one", async () => {
    target.token = "Bearer first-token";
    const env: NodeJS.ProcessEnv = { GATE: "first-token", LLMOPS_APPROVED: `GATE=${target.url}` };
    await open({ headers: ', headers: { authorization: "Bearer ${secret:GATE}" }', env });
    await bench.start();
    const running = bench.run();
    await bench.until(({ applied }) => applied === 5);
    target.token = "Bearer second-token";
    await bench.until(() => bench.polls().some(({ text }) => /refuses the credentials .* Renew the token/.test(text)));
    assert.ok(!JSON.stringify(bench.polls()).includes("first-token"), "no secret in the store");
    target.token = "Bearer first-token";
    await running;
    assert.equal(bench.stored().state, "promoted");
  });

  it("is one a target, and one a controller", async () => {
    await open();
    await bench.start();
    await assert.rejects(startRollout(bench.context, { name: "r", version: "v3", by: "Bob" }), PreflightFailed);
    assert.throws(() => {
      throw new TargetTaken(bench.stored());
    }, /already steers this target/);
    const other = await Bench.in(bench.folder);
    opened.push(other);
    const first = bench.run();
    assert.equal(await other.run(), "busy");
    await first;
    assert.deepEqual(target.history, [0, 5, 10, 25, 50, 95, 100]);
  });
});

describe("the preflight", () => {
  let target: TestTarget;
  beforeEach(async () => void (target = await new TestTarget().listen()));
  afterEach(() => target.close());

  const problems = async (prepare: () => void, rollout?: string): Promise<string> => {
    prepare();
    const bench = await Bench.of(target, rollout === undefined ? {} : { rollout });
    try {
      await startRollout(bench.context, { name: "r", version: "v2", by: "Ann" });
      return "";
    } catch (error) {
      assert.ok(error instanceof PreflightFailed, String(error));
      return error.message;
    } finally {
      bench.close();
    }
  };

  it("refuses a target that is away, or that somebody else steers", async () => {
    assert.match(await problems(() => (target.down = true)), /✗ The target llm: The connection to .* broke/);
    target.down = false;
    assert.match(await problems(() => target.set(20)), /gets 20 % already: somebody else steers it/);
  });

  it("refuses a metric that one version alone has, or none", async () => {
    assert.match(await problems(() => (target.missing = "canary")), /error-rate: the metric source has it for the stable version only/);
    assert.match(await problems(() => (target.missing = "stable")), /for the canary only/);
    target.missing = undefined;
    assert.match(await problems(() => {}, "thresholds: { latency-p95: { ratio: 1.2 } }"), /latency-p95: the metric source does not have it, for neither version/);
  });
});
