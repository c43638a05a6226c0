import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { ENGINE, ENV } from "../engine.ts";
import { folderWith } from "../cli/support.ts";
import { TestTarget } from "./support.ts";

interface Printed {
  state: string;
  weight: number;
  reason?: string;
  actions: { kind: string; text: string; by: string }[];
}

describe("llmops rollout, whose controller is a process of its own", function () {
  this.timeout(60_000);
  let target: TestTarget;
  let folder: string;
  const secret = "gate-secret-7d1f";

  beforeEach(async () => {
    target = await new TestTarget().listen();
    target.token = `Bearer ${secret}`;
    const rollout = `target: { kind: http, url: "${target.url}", target: llm, headers: { authorization: "Bearer \${secret:GATE}" } }\n    steps: [25, 100]\n    step: 1s\n    detect: 5\n    thresholds: { error-rate: { ratio: 1.1, floor: 5% } }`;
    folder = realpathSync(folderWith({ "llmops.yaml": `version: 1\nrollouts:\n  r:\n    ${rollout}\n` }));
  });
  afterEach(async () => {
    try {
      process.kill(controllerPid());
    } catch {
      // It has ended.
    }
    await target.close();
  });

  const controllerPid = () => (JSON.parse(readFileSync(join(folder, ".llmops/controller.json"), "utf8")) as { pid: number }).pid;
  const llmops = async (...args: string[]): Promise<{ code: number; printed: Printed }> => {
    const env = { ...ENV, GATE: secret, LLMOPS_APPROVED: `GATE=${target.url}` };
    const { code, stdout } = await promisify(execFile)(process.execPath, [ENGINE, "rollout", ...args, "--json"], { cwd: folder, env }).then(
      ({ stdout: out }) => ({ code: 0, stdout: out }),
      (error: { code: number; stdout: string }) => error,
    );
    return { code, printed: JSON.parse(stdout) as Printed };
  };

  it("goes on when the command has ended, and after kill -9 when somebody looks again", async () => {
    assert.equal((await llmops("start", "r", "v2")).printed.state, "running");
    const killed = controllerPid();
    if (process.platform === "linux") assert.ok(!readFileSync(`/proc/${killed}/environ`, "utf8").includes(secret), "secrets are handed over, not inherited");
    process.kill(killed, "SIGKILL");
    assert.equal((await llmops("resume")).code, 0);
    assert.notEqual(controllerPid(), killed);
    const { code, printed } = await llmops("watch");
    assert.deepEqual([code, printed.state, printed.weight, target.weights.canary], [0, "promoted", 100, 100], JSON.stringify(printed));
    assert.deepEqual(target.history, [0, 25, 95, 100]);
    assert.ok(!readFileSync(join(folder, ".llmops/store.db")).includes(secret) && !readFileSync(join(folder, ".llmops/rollout-controller.log"), "utf8").includes(secret));
  });

  it("says with its exit code that a version was rolled back, and in the record why", async () => {
    target.rates.canary = 0.3;
    const { code, printed } = await llmops("start", "r", "v2", "--wait");
    assert.deepEqual([code, printed.state, target.weights.canary], [1, "rolled-back", 0]);
    assert.match(printed.reason!, /^Breach: error-rate 30\.0.% vs/);
    assert.deepEqual(printed.actions.map(({ kind }) => kind), ["start", "weight", "rollback", "end"]);
  });
});
