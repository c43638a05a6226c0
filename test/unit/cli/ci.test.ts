import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { commitAll } from "../engine.ts";
import { pipelineYaml } from "../pipeline/support.ts";
import { folderWith, llmops, sideBySide } from "./support.ts";

const CONFIG = pipelineYaml(
  ["{ name: evaluate, trigger: on-commit, steps: [{ name: eval, eval: \"evals/a b\" }, { name: s, command: c, env: { T: \"${secret:DEPLOY}\", REGION: \"{{env.REGION}}\" } }] }"],
  'endpoints: { prod: { kind: openai, baseUrl: https://llm.example/v1, model: m, apiKey: "${secret:PROD_KEY}" } }\n',
);

interface Workflow {
  readonly permissions: object;
  readonly jobs: Readonly<Record<string, { readonly permissions: object; readonly env?: Record<string, string>; readonly steps: readonly { readonly uses?: string; readonly run?: string }[] }>>;
}

describe("llmops ci init", function () {
  this.timeout(30_000);
  const test = sideBySide();

  test("github writes a workflow in which what may write runs nothing of the pull request", async () => {
    const folder = folderWith({ "llmops.yaml": CONFIG });
    commitAll(folder);
    const { code, stdout } = await llmops(folder, ["ci", "init", "github", "--package", "./tools/llmops.tgz"]);
    assert.equal(code, 0);
    assert.match(stdout, /\.github.workflows.llmops\.yml written/);
    const { permissions, jobs } = load(readFileSync(join(folder, ".github/workflows/llmops.yml"), "utf8")) as Workflow;
    assert.deepEqual([permissions, jobs["pipeline"]?.permissions, jobs["report"]?.permissions], [{}, { contents: "read" }, { "pull-requests": "write", "security-events": "write" }]);
    assert.deepEqual(Object.keys(jobs["pipeline"]?.env ?? {}), ["SHA", "LLMOPS_APPROVED", "DEPLOY", "PROD_KEY", "REGION"]);
    assert.equal(JSON.stringify(jobs["report"]).includes("checkout"), false);
    assert.equal(JSON.stringify(jobs["report"]).includes("secrets."), false);
    const runs = jobs["pipeline"]!.steps.flatMap(({ run }) => run ?? []);
    assert.ok(runs.some((run) => run.includes('"$GITHUB_WORKSPACE/tools/llmops.tgz"')));
    assert.ok(runs.includes('"$RUNNER_TEMP/llmops/node_modules/.bin/llmops" eval "evals/a b" -o llmops.xml -o llmops.sarif -o llmops.md || true'));
  });

  test("gitlab writes a job, and says which variables it takes", async () => {
    const folder = folderWith({ "llmops.yaml": CONFIG });
    assert.equal((await llmops(folder, ["ci", "init", "gitlab", "--package", "llmops@0.1.0"])).code, 0);
    const text = readFileSync(join(folder, ".gitlab-ci.yml"), "utf8");
    const { llmops: job } = load(text) as { llmops: { script: string[]; artifacts: { reports: { junit: string } } } };
    assert.match(text, /variables: DEPLOY, PROD_KEY, REGION;/);
    assert.match(job.script[0] ?? "", /pipeline run --trigger on-commit --commit "\$CI_COMMIT_SHA"/);
    assert.equal(job.artifacts.reports.junit, "llmops.xml");
  });

  test("refuses to overwrite, to guess a package, and what no workflow could run", async () => {
    const folder = folderWith({ "llmops.yaml": CONFIG, ".gitlab-ci.yml": "mine: {}\n", "none/llmops.yaml": "version: 1\n" });
    const says = async (where: string, ...args: string[]) => {
      const { code, stderr } = await llmops(where, ["ci", "init", ...args]);
      return `${code} ${stderr.trim()}`;
    };
    assert.match(await says(folder, "gitlab", "--package", "x@1"), /^2 .*\.gitlab-ci\.yml is there already/);
    assert.match(await says(folder, "gitlab"), /^2 Say with --package/);
    assert.match(await says(folder, "jenkins", "--package", "x@1"), /^2 There is no CI system "jenkins" here\. Possible: github, github-jobs, gitlab\./);
    assert.match(await says(folder, "github", "--package", 'x"; curl evil'), /^2 .* is nothing that npm installs from/);
    assert.match(await says(join(folder, "none"), "github", "--package", "x@1"), /^2 llmops\.yaml has no stage with the trigger on-commit/);
    assert.equal(readFileSync(join(folder, ".gitlab-ci.yml"), "utf8"), "mine: {}\n");
  });
});
