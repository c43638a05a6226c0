import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { settleUnknown } from "../../../src/core/pipeline/decisions.ts";
import { drive } from "../../../src/core/pipeline/run/drive.ts";
import { deployedIn } from "../../../src/core/store/pipeline/deployments.ts";
import { ahead } from "../cli/support.ts";
import { start } from "../store/support.ts";
import { Bench, picture } from "./support.ts";

/** Three stages: one alone, then two side by side; a step fails once and is tried again, one may only warn. */
const STAGES = [
  "{ name: a, trigger: manual, steps: [{ name: s, command: echo a.s >> done }, { name: again, command: 'echo a.again >> done; test $(grep -c a.again done) -ge 2', retryCount: 5 }] }",
  "{ name: b, trigger: manual, needs: [a], steps: [{ name: s, command: echo b.s >> done }] }",
  "{ name: c, trigger: manual, needs: [a], steps: [{ name: lint, command: echo c.lint >> done; exit 1, onFailure: warn }, { name: s, command: echo c.s >> done }] }",
];

const PROD = "endpoints: { dev: { kind: sandbox } }\nenvironments: { prod: { endpoint: dev, deploy: 'echo deployed >> done' } }\n";

describe("a run whose engine is killed", function () {
  this.timeout(240_000);

  // Both walks side by side: what they take is processes that start.
  let walk: (when: "before" | "after") => Promise<number>;
  before(() => (walk = ahead(["before", "after"], walkThrough)));

  const walkThrough = async (when: "before" | "after"): Promise<number> => {
    let transitions = 0;
    for (let at = 1; ; at++) {
      const bench = await Bench.of(STAGES);
      try {
        const { key } = await bench.start();
        const killed = await start("../pipeline/driver.ts", [bench.folder, key, when, String(at)]).ended;
        if (killed.code === 0) return transitions;
        assert.equal(killed.signal, "SIGKILL");
        transitions++;
        const run = (await drive(bench.context, key, new AbortController().signal))!;
        const words = `killed ${when} transaction ${at}: ${JSON.stringify(run, undefined, 1)}`;
        assert.deepEqual([run.state, ...picture(run).map((line) => line.replace(/×\d+/g, ""))], ["warned", "a passed: s passed, again passed", "b passed: s passed", "c warned: lint warned, s passed"], words);
        const attempts = run.stages.flatMap(({ steps }) => steps.flatMap((step) => step.attempts));
        assert.ok(attempts.every(({ state, endedAt }) => state !== "intent" && state !== "running" && endedAt !== undefined), words);
        assert.ok(attempts.filter(({ state }) => state === "interrupted").length <= 2, words);
        // Nothing is lost, and nothing that was stored as ended was done again.
        const done = readFileSync(join(bench.folder, "done"), "utf8").split("\n");
        for (const stage of run.stages) {
          for (const step of stage.steps) {
            const times = done.filter((line) => line === `${stage.name}.${step.name}`).length;
            assert.ok(times >= 1 && times <= step.attempts.length, `${stage.name}.${step.name} was done ${times} times in ${step.attempts.length} attempts; ${words}`);
          }
        }
      } finally {
        bench.close();
      }
    }
  };

  it("before any of its transitions is stored goes on, with no step lost or done again", async () => {
    assert.ok((await walk("before")) >= 25);
  });

  it("after any of its transitions is stored goes on, with no step lost or done again", async () => {
    assert.ok((await walk("after")) >= 25);
  });

  it("in the middle of a deployment asks a person, and at no moment deploys twice by itself", async () => {
    let unknown = 0;
    for (let at = 1; ; at++) {
      const bench = await Bench.of(["{ name: release, trigger: manual, steps: [{ name: promote, promote: prod }, { name: after, command: echo after >> done }] }"], { more: PROD });
      const { key } = await bench.start();
      const killed = await start("../pipeline/driver.ts", [bench.folder, key, "after", String(at)]).ended;
      let run = (await drive(bench.context, key, new AbortController().signal))!;
      const deployed = () => readFileSync(join(bench.folder, "done"), "utf8").split("\n").filter((line) => line === "deployed").length;
      if (run.state === "waiting") {
        unknown++;
        assert.deepEqual([...picture(run), run.reason], ["release unknown: promote unknown, after queued", "Waits for a person: release."]);
        const times = existsSync(join(bench.folder, "done")) ? deployed() : 0;
        settleUnknown(bench.workspace, { run: key, stage: "release", as: times === 0 ? "again" : "passed", by: "Ann" });
        run = (await drive(bench.context, key, new AbortController().signal))!;
      }
      assert.deepEqual([run.state, deployed(), deployedIn(bench.workspace.store, "prod", 5).length], ["passed", 1, 1], `killed after transaction ${at}`);
      bench.close();
      if (killed.code === 0) break;
    }
    assert.ok(unknown >= 2, "while the command was about to run, and while it ran");
  });
});
