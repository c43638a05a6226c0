import { placeAt } from "../../../src/core/evals/suite/source.ts";
import assert from "node:assert/strict";
import type { Gate } from "../../../src/core/config/gates.ts";
import { BARE_CASE, type Case } from "../../../src/core/evals/model.ts";
import { Looks } from "../../../src/core/evals/run/looks.ts";
import type { Row } from "../../../src/core/evals/run/rows.ts";
import { LAST_ALPHA, settles } from "../../../src/core/regression/earlyStop.ts";
import { createRandom } from "../../../src/core/regression/statistics/random.ts";
import { judgeMetrics } from "../../../src/core/regression/verdict.ts";
import { sample, seriesOf } from "../regression/support.ts";
import { endpoint, model, numberOf, open, REMOTE, suiteOf } from "./support.ts";

const GATES: readonly Gate[] = [{ metric: "accuracy", direction: "higher", tolerance: { points: 2 } }];
const SHARES = [0.25, 0.5, 0.75];
const saved = { trigger: "save" as const, mayCall: () => true, maxCalls: 1000 };

describe("a save that a regression settles early", function () {
  this.timeout(60_000);

  const worse = async (good: (n: number) => boolean, remote = true) => {
    const { url, asked } = await endpoint(({ text }) => (text.startsWith("Say") || good(numberOf(text)) ? "good" : "bad"));
    // 0.0.0.0 is no loopback address by name, so that it is paid; it leads to this machine.
    const bench = await open(suiteOf(200, { url: remote ? url.replace("127.0.0.1", "0.0.0.0") : url }), { git: true });
    bench.write({ "prompt.txt": "Tell {{n}}" });
    return { bench, asked };
  };

  it("asks the rest no more, and says on how many cases it rests", async () => {
    const { bench, asked } = await worse((n) => n % 2 === 0);
    const report = await bench.report(saved);
    assert.deepEqual([report.verdict, report.early], ["regression", { cases: 50, of: 200 }]);
    assert.deepEqual([report.series[0]?.cases, report.series[0]?.metrics[0]?.n], [50, 50]);
    assert.ok(asked.length < 350, `${asked.length} calls`);
  });

  it("asks all where nothing is worse, where it costs nothing, where a person runs it, and for a gate in CI", async () => {
    const fine = await worse(() => true);
    assert.equal((await fine.bench.report(saved)).early, undefined);
    const free = await worse((n) => n % 2 === 0, false);
    assert.deepEqual([(await free.bench.report(saved)).early, free.asked.length], [undefined, 400]);
    for (const trigger of ["manual", "cli"] as const) {
      const { bench, asked } = await worse((n) => n % 2 === 0);
      const report = await bench.report({ trigger });
      assert.deepEqual([report.verdict, report.early, asked.length], ["regression", undefined, 400], trigger);
    }
  });

  it("takes what the cache has for nothing", async () => {
    const { bench } = await worse((n) => n % 2 === 0);
    await bench.report();
    const report = await bench.report(saved);
    assert.deepEqual([report.calls, report.early, report.series[0]?.cases], [0, undefined, 200]);
  });

  it("does not trust answers of another model behind the same name", async () => {
    let fingerprint = "old";
    const { http } = model(({ text }) => ({ output: fingerprint === "old" || text.startsWith("New") ? "good" : "bad", fingerprint }));
    const bench = await open(suiteOf(100, { url: REMOTE, prompt: "Say {{n}}" }), { git: true, http });
    await bench.report(saved);
    // The model fails everything by now, also what it used to pass.
    fingerprint = "new";
    bench.write({ "prompt.txt": "Tell {{n}}" });
    assert.notEqual((await bench.report(saved)).verdict, "regression");
  });
});

describe("looks at a run before its end", () => {
  const cases: Case[] = Array.from({ length: 40 }, (_, index) => ({ ...BARE_CASE, id: String(index), index, description: undefined, vars: {}, assert: [], place: placeAt({ file: "", range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } } }) }));
  const rows = cases.flatMap((test) => [0, 1].map((series) => ({ test, series, repeat: 0 }) as unknown as Row));

  it("are at the first cases of a random order, once all their rows are done", () => {
    const looks = new Looks(rows, SHARES, "seed");
    const order = looks.rows.map(({ test }) => test.index);
    assert.deepEqual([...order].sort((a, b) => a - b), rows.map(({ test }) => test.index));
    assert.notDeepEqual(order, [...order].sort((a, b) => a - b));
    assert.deepEqual(looks.rows.map((row) => looks.done(row)).flatMap((look, at) => (look === undefined ? [] : [[look, at + 1]])), [[0, 20], [1, 40], [2, 60]]);
    assert.deepEqual([...looks.casesAt(0)].map(({ index }) => index), [...new Set(order)].slice(0, 10));
    assert.equal(looks.after(0).length, 60);
  });

  it("wait for the slowest of their rows", () => {
    const looks = new Looks(rows, SHARES, "seed");
    const [slow, ...others] = looks.rows;
    assert.deepEqual(others.map((row) => looks.done(row)).filter((look) => look !== undefined), []);
    assert.equal(looks.done(slow!), 2, "the last that is complete");
  });

  it("have another order with another seed", () => {
    assert.notDeepEqual(new Looks(rows, SHARES, "a").rows, new Looks(rows, SHARES, "b").rows);
  });
});

describe("the error rates of early stopping", function () {
  this.timeout(120_000);

  /** n = 100, 12.7 % of the cases change by chance; `drop` more of them break. Seeded: a failure is one of the code. */
  function simulate(drop: number, runs: number): { alarms: number; early: number; n: number } {
    const random = createRandom(20261125);
    let alarms = 0;
    let early = 0;
    let n = 0;
    for (let run = 0; run < runs; run++) {
      const pairs = Array.from({ length: 100 }, () => {
        const u = random.uniform();
        const [worse, better] = [0.0635 + drop / 2, 0.0635 - drop / 2];
        const lost = u < worse;
        const gained = !lost && u < worse + Math.max(0, better);
        return { baseline: [sample(gained ? { status: "failed" } : {})], current: [sample(lost ? { status: "failed" } : {})] };
      });
      const looked = SHARES.findIndex((share, look) => settles([seriesOf(pairs.slice(0, share * 100))], look, 1, GATES));
      n += looked === -1 ? 1 : SHARES[looked]!;
      if (looked !== -1) early++;
      if (looked !== -1 || judgeMetrics([seriesOf(pairs)], 1, GATES, LAST_ALPHA)[0]![0]!.verdict === "regression") alarms++;
    }
    return { alarms: alarms / runs, early: early / runs, n: n / runs };
  }

  it("alarm falsely in at most 5 % of runs", () => {
    const { alarms } = simulate(0, 1000);
    assert.ok(alarms <= 0.05, String(alarms));
  });

  it("find a drop of 12 points as often as one look at the end would, with fewer cases", () => {
    const { alarms, early, n } = simulate(0.12, 200);
    assert.ok(alarms >= 0.85 && early > 0.4 && n < 0.9, JSON.stringify({ alarms, early, n }));
  });
});
