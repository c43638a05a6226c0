import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { echoPrompt, echoSuite, engine, folderWith, json, llmops, write } from "../cli/support.ts";
import { commitAll } from "../engine.ts";
import { pipelineYaml } from "../pipeline/support.ts";
import { temporaryFolder } from "../store/support.ts";
import { FakeRay } from "./fakeRay.ts";

interface Run {
  readonly state: string;
  readonly stages: readonly { readonly state: string; readonly steps: readonly { readonly name: string; readonly state: string; readonly reason?: string; readonly attempts: readonly { readonly state: string; readonly evals: readonly string[] }[] }[] }[];
}

describe("a stage that runs on Ray", function () {
  this.timeout(60_000);
  let ray: FakeRay;
  before(async () => (ray = await FakeRay.start()));
  beforeEach(() => {
    ray.jobs.clear();
    ray.submissions.length = 0;
    ray.intercept = () => undefined;
  });
  after(() => ray.close());

  const workspace = (stage: string, files: Readonly<Record<string, string>> = {}) => {
    const folder = folderWith({ ...files, "llmops.yaml": pipelineYaml([stage], `runners: { ray: { address: "${ray.address}" } }\n`) });
    return { folder, git: commitAll(folder) };
  };

  it("judges the shards of its commit as one run, as one machine does", async () => {
    const { folder, git } = workspace("{ name: evaluate, trigger: on-commit, runsOn: ray, shards: 3, steps: [{ name: eval, eval: . }] }", echoSuite(24));
    write(folder, echoPrompt(9));
    git("commit", "-qam", "Worse");
    // What is not committed has no part in it.
    write(folder, echoPrompt(0));
    const run = await json<Run>(folder, ["pipeline", "run"]);
    const step = run.stages[0]!.steps[0]!;
    assert.deepEqual([run.exit, step.state, step.reason], [1, "failed", "regression in accuracy (24 cases, 0 from cache)"]);
    assert.equal(ray.submissions.length, 3);
    const here = await json(folderAt(folder, git), ["eval"]);
    const there = await json<{ report: { series: { metrics: object[]; broke: object[] }[] } }>(folder, ["runs", "show", step.attempts[0]!.evals[0]!]);
    assert.equal(here.suites[0]!.broke.length, 9);
    assert.deepEqual(judged(there.report.series[0]!.metrics), judged(here.suites[0]!.metrics));
    assert.equal(there.report.series[0]!.broke.length, 9);
  });

  it("runs commands in the commit's files, with their variables, and keys that no log shows", async () => {
    const { folder } = workspace("{ name: a, trigger: on-commit, runsOn: ray, steps: [{ name: s, command: 'cat file; echo $PLAIN $TOKEN; test -z \"$HIDDEN\"', env: { PLAIN: p, TOKEN: '${secret:THE_KEY}' } }, { name: fails, command: exit 3 }] }", { file: "content\n" });
    const env = { THE_KEY: "s3cret-value", HIDDEN: "x", LLMOPS_APPROVED: `THE_KEY=${ray.address}` };
    const { code, stderr } = await llmops(folder, ["pipeline", "run"], { env });
    assert.equal(code, 1, stderr);
    assert.match(stderr, /a\/s \| content\n[\s\S]*a\/s \| p \*\*\*\n/);
    assert.equal(ray.submissions[0]?.runtime_env.env_vars?.["TOKEN"], "s3cret-value");
    assert.doesNotMatch(ray.submissions[0]?.runtime_env.env_vars?.["LLMOPS_JOB"] ?? "", /s3cret/);
    const run = await json<Run>(folder, ["pipeline", "status"]);
    assert.deepEqual(run.stages[0]?.steps.map(({ state, reason }) => [state, reason]), [["passed", undefined], ["failed", "Job entrypoint command failed with exit code 3."]]);
    const refused = await llmops(folder, ["pipeline", "run", "--again"], { env: { THE_KEY: "s3cret-value" } });
    assert.match(refused.stdout + refused.stderr, /THE_KEY is not approved for http:\/\/127\.0\.0\.1/);
  });

  for (const moment of ["is submitted", "runs"] as const) {
    it(`is attached to, and not submitted again, when the engine is killed while its job ${moment}`, async () => {
      const go = join(temporaryFolder(), "go");
      const { folder } = workspace(`{ name: a, trigger: on-commit, runsOn: ray, steps: [{ name: s, command: 'echo ran; until [ -e ${go} ]; do sleep 0.05; done; echo done' }] }`);
      const first = engine(folder, ["pipeline", "run"]);
      if (moment === "runs") await first.shows(/a\/s \| ran/);
      else {
        await new Promise<void>((resolve) => {
          ray.intercept = ({ method, path }) => {
            if (method !== "POST" || path !== "/api/jobs/") return undefined;
            first.process.kill("SIGKILL");
            resolve();
            return "drop";
          };
        });
      }
      first.process.kill("SIGKILL");
      await first.ended;
      ray.intercept = () => undefined;
      const second = engine(folder, ["pipeline", "resume", "--json"]);
      await second.shows(moment === "runs" ? /Job llmops-/ : /a\/s \| ran/);
      writeFileSync(go, "");
      const { code, stdout, stderr } = await second.ended;
      assert.equal(code, 0, stderr);
      const [run] = (JSON.parse(stdout) as { runs: Run[] }).runs;
      assert.deepEqual(run?.stages[0]?.steps[0]?.attempts.map(({ state }) => state), ["passed"]);
      assert.equal(ray.submissions.length, 1);
      const { stdout: log } = await llmops(folder, ["pipeline", "logs", (await json<{ runId: string }>(folder, ["pipeline", "status"])).runId]);
      assert.deepEqual([log.match(/^ran$/gm)?.length, log.match(/^done$/gm)?.length], [1, 1], log);
    });
  }

  it("ends its job when it is cancelled", async () => {
    const { folder } = workspace("{ name: a, trigger: on-commit, runsOn: ray, steps: [{ name: s, command: 'echo began; sleep 60' }] }");
    const running = engine(folder, ["pipeline", "run"]);
    await running.shows(/a\/s \| began/);
    running.process.kill("SIGINT");
    assert.equal((await running.ended).code, 130);
    assert.deepEqual([...ray.jobs.values()].map(({ status }) => status), ["STOPPED"]);
  });

  it("needs a runner, and takes only commands and evals, which is said where it is written", async () => {
    const folder = folderWith({
      "llmops.yaml": "version: 1\nendpoints: { dev: { kind: sandbox } }\nenvironments: { prod: { endpoint: dev } }\npipeline:\n  - { name: a, trigger: manual, runsOn: ray, steps: [{ name: s, command: 'true' }] }\n",
    });
    const { stdout, stderr } = await llmops(folder, ["pipeline", "run", "--stage", "a"]);
    assert.match(stdout + stderr, /llmops\.yaml:5:\d+: .*runs on ray, and runners does not say where/);
    write(folder, { "llmops.yaml": `version: 1\nendpoints: { dev: { kind: sandbox } }\nenvironments: { prod: { endpoint: dev } }\nrunners: { ray: { address: "${ray.address}" } }\npipeline:\n  - { name: a, trigger: manual, runsOn: ray, steps: [{ name: s, promote: prod }] }\n` });
    const promotes = await llmops(folder, ["pipeline", "run", "--stage", "a"]);
    assert.match(promotes.stdout + promotes.stderr, /On ray run commands and evals\. Move s to a stage of its own/);
  });
});

/** The same commit in another clone, whose store has no answers yet. */
function folderAt(folder: string, git: (...args: string[]) => string): string {
  const clone = join(temporaryFolder(), "clone");
  git("clone", "-q", folder, clone);
  return clone;
}

/** What of metrics does not depend on the machine. */
function judged(metrics: readonly object[]): unknown[] {
  return (metrics as readonly { name: string; baseline?: number; current?: number; delta?: number; verdict: string }[]).filter(({ name }) => !/latency/.test(name)).map(({ name, baseline, current, verdict }) => ({ name, baseline, current, verdict }));
}
