import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { echoPrompt, echoSuite, engine, folderWith, json, llmops, write } from "../../unit/cli/support.ts";
import { commitAll } from "../../unit/engine.ts";
import { pipelineYaml } from "../../unit/pipeline/support.ts";
import { temporaryFolder } from "../../unit/store/support.ts";
import { type Cluster, rayCluster } from "./cluster.ts";

interface Run {
  readonly stages: readonly { readonly steps: readonly { readonly state: string; readonly reason?: string; readonly attempts: readonly { readonly state: string; readonly evals: readonly string[] }[] }[] }[];
}

interface Job {
  readonly submission_id: string;
  readonly status: string;
}

describe("a stage on a real Ray cluster", function () {
  this.timeout(20 * 60_000);
  let ray: Cluster;
  before(async function () {
    ray = await rayCluster(this);
  });
  after(() => ray?.stop());

  const workspace = (stage: string, files: Readonly<Record<string, string>> = {}) => {
    const folder = folderWith({ ...files, "llmops.yaml": pipelineYaml([stage], `runners: { ray: { address: "${ray.address}" } }\n`) });
    return { folder, git: commitAll(folder) };
  };
  const jobs = async (): Promise<Job[]> => (await fetch(`${ray.address}/api/jobs/`)).json() as Promise<Job[]>;

  it("judges two shards as one run", async () => {
    const { folder, git } = workspace("{ name: evaluate, trigger: on-commit, runsOn: ray, shards: 2, steps: [{ name: eval, eval: . }, { name: never, command: echo never }] }", echoSuite(24));
    write(folder, echoPrompt(9));
    git("commit", "-qam", "Worse");
    const before = (await jobs()).length;
    const run = await json<Run & { exit: number }>(folder, ["pipeline", "run"]);
    const [step] = run.stages[0]!.steps;
    assert.deepEqual([run.exit, step?.state, step?.reason], [1, "failed", "regression in accuracy (24 cases, 0 from cache)"]);
    assert.equal((await jobs()).length - before, 2);
    const { report } = await json<{ report: { series: { broke: object[]; cases: number }[] } }>(folder, ["runs", "show", step!.attempts[0]!.evals[0]!]);
    assert.deepEqual([report.series[0]?.broke.length, report.series[0]?.cases], [9, 24]);
  });

  it("is attached to by the engine that comes after one that was killed", async () => {
    const go = join(temporaryFolder(), "go");
    const { folder } = workspace(`{ name: a, trigger: on-commit, runsOn: ray, steps: [{ name: s, command: 'echo began; until [ -e ${go} ]; do sleep 0.1; done; echo "done at $LLMOPS_COMMIT"' }] }`);
    const before = (await jobs()).length;
    const first = engine(folder, ["pipeline", "run"]);
    await first.shows(/a\/s \| began/);
    first.process.kill("SIGKILL");
    await first.ended;
    writeFileSync(go, "");
    const resumed = await json<{ runs: Run[] }>(folder, ["pipeline", "resume"]);
    assert.deepEqual(resumed.runs[0]?.stages[0]?.steps[0]?.attempts.map(({ state }) => state), ["passed"]);
    assert.equal((await jobs()).length - before, 1);
    const { runId } = await json<{ runId: string }>(folder, ["pipeline", "status"]);
    const { stdout } = await llmops(folder, ["pipeline", "logs", runId]);
    assert.deepEqual([stdout.match(/^began$/gm)?.length, stdout.match(/^done at [0-9a-f]{40}$/gm)?.length], [1, 1], stdout);
  });

  it("ends its job when it is cancelled", async () => {
    const { folder } = workspace("{ name: a, trigger: on-commit, runsOn: ray, steps: [{ name: s, command: 'echo began; sleep 600' }] }");
    const running = engine(folder, ["pipeline", "run"]);
    const [, id] = await running.shows(/Job (llmops-\S+) on Ray/);
    await running.shows(/a\/s \| began/);
    running.process.kill("SIGINT");
    assert.equal((await running.ended).code, 130);
    assert.equal((await jobs()).find(({ submission_id }) => submission_id === `${id}-0`)?.status, "STOPPED");
  });
});
