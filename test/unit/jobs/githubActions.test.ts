import assert from "node:assert/strict";
import { echoPrompt, echoSuite, engine, folderWith, json, llmops, write } from "../cli/support.ts";
import { commitAll } from "../engine.ts";
import { pipelineYaml } from "../pipeline/support.ts";
import { FakeGithub } from "./fakeGithub.ts";

interface Run {
  readonly stages: readonly { readonly steps: readonly { readonly state: string; readonly reason?: string; readonly attempts: readonly { readonly state: string; readonly evals: readonly string[] }[] }[] }[];
}

describe("a stage that runs on GitHub Actions", function () {
  this.timeout(60_000);
  const servers: FakeGithub[] = [];
  after(() => servers.forEach((server) => server.close()));

  const workspace = async (steps: string, files: Readonly<Record<string, string>> = {}) => {
    const folder = folderWith(files);
    const github = await FakeGithub.start(folder);
    servers.push(github);
    write(folder, { "llmops.yaml": pipelineYaml([`{ name: evaluate, trigger: on-commit, runsOn: github-actions, shards: 2, steps: [${steps}] }`], `runners: { github-actions: { repository: acme/prompts, token: "\${secret:GH_TOKEN}", api: "${github.address}" } }\n`) });
    return { folder, github, git: commitAll(folder), options: { env: { GH_TOKEN: "gh-token-value", LLMOPS_APPROVED: `GH_TOKEN=${github.address}` } } };
  };

  it("judges the parts that the workflow left as artifacts, and shows its logs", async () => {
    const { folder, github, git, options } = await workspace("{ name: eval, eval: . }", echoSuite(24));
    write(folder, echoPrompt(9));
    git("commit", "-qam", "Worse");
    const { code, stderr } = await llmops(folder, ["pipeline", "run"], options);
    assert.equal(code, 1, stderr);
    const run = await json<Run>(folder, ["pipeline", "status"]);
    const [step] = run.stages[0]!.steps;
    assert.equal(step?.reason, "regression in accuracy (24 cases, 0 from cache)");
    assert.match(stderr, /evaluate\/eval \| \[2\/2\] promptfooconfig\.yaml {3}\d+ calls/);
    assert.doesNotMatch(stderr, /2026-11-25T|gh-token-value|LLMOPS1/);
    assert.deepEqual([github.runs.length, github.leaked], [1, false]);
  });

  it("runs a command there, and its failure is told with the run's address", async () => {
    const { folder, options } = await workspace("{ name: s, command: 'echo at $LLMOPS_COMMIT; exit 4' }");
    const run = await json<Run>(folder, ["pipeline", "run"], options);
    assert.equal(run.stages[0]?.steps[0]?.reason, "The workflow run https://github.com/acme/prompts/actions/runs/1 ended as failure.");
  });

  it("is found by its key when nobody knows whether it was started", async () => {
    const { folder, github, options } = await workspace("{ name: s, command: 'true' }");
    let lost = 0;
    github.intercept = ({ method, path }) => (method === "POST" && path.endsWith("/dispatches") && lost++ === 0 ? "drop" : undefined);
    github.silent = true;
    const run = await json<Run>(folder, ["pipeline", "run"], options);
    assert.equal(run.stages[0]?.steps[0]?.state, "passed");
    assert.equal(github.runs.length, 1);
  });

  it("is cancelled there with the run", async () => {
    const { folder, github, options } = await workspace("{ name: s, command: 'sleep 60' }");
    const running = engine(folder, ["pipeline", "run"], options);
    await running.shows(/Job 1 on GitHub Actions of acme\/prompts/);
    running.process.kill("SIGINT");
    assert.equal((await running.ended).code, 130);
    assert.equal(github.runs[0]?.conclusion, "cancelled");
  });

  it("refuses keys in variables, which would be seen, and says where they go", async () => {
    const { folder, github, options } = await workspace("{ name: s, command: 'true', env: { A: '${secret:GH_TOKEN}' } }");
    const run = await json<Run>(folder, ["pipeline", "run"], options);
    assert.match(run.stages[0]?.steps[0]?.reason ?? "", /A holds a key, which anybody who may look at the job would see\. Make it a secret of the repository/);
    assert.equal(github.runs.length, 0);
  });
});
