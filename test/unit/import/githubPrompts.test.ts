import assert from "node:assert/strict";
import { join } from "node:path";
import { diskSnapshot } from "../../../src/core/config/diskSnapshot.ts";
import { loadConfig } from "../../../src/core/config/load.ts";
import { proposeForGithubPrompts } from "../../../src/core/evals/import/githubPrompts.ts";
import { said, workspace } from "../suites/support.ts";

const prompt = (model: string, more = "") => `name: P\nmodel: ${model}\nmessages: [{ role: user, content: "{{input}}" }]\ntestData: [{ input: a }, { input: b }]\nevaluators: [{ name: e, string: { contains: a } }]\n${more}`;

async function proposed(files: Record<string, string>, folder = "") {
  const root = workspace(files);
  return { root, ...(await proposeForGithubPrompts({ snapshot: diskSnapshot(root), root, folder: join(root, folder) })) };
}

describe("GitHub's prompt files, imported", () => {
  it("need an endpoint of llmops.yaml, which is proposed and can be read", async () => {
    const { prompts, proposal, problems } = await proposed({ "p/a.prompt.yml": prompt("openai/gpt-4o"), "p/b.prompt.yaml": prompt("openai/gpt-4o"), "c.prompt.yml": prompt("x/y") }, "p");
    assert.deepEqual(prompts, ["p/a.prompt.yml", "p/b.prompt.yaml"].map((file) => ({ file, model: "gpt-4o", cases: 2, graders: 1 })));
    assert.deepEqual(problems, []);
    const root = workspace({ "llmops.yaml": `version: 1\n${proposal}` });
    const { config, problems: mistakes } = await loadConfig({ snapshot: diskSnapshot(root), root });
    assert.deepEqual(mistakes.filter(({ severity }) => severity === "error"), []);
    assert.deepEqual([Object.keys(config?.endpoints ?? {}), config?.suites?.map(({ path, endpoint }) => [path, endpoint])], [["github-models"], [["p/**/*.prompt.{yml,yaml}", "github-models"]]]);
  });

  it("of several models need one for each", async () => {
    const { proposal } = await proposed({ "a.prompt.yml": prompt("openai/gpt-4o"), "b.prompt.yml": prompt("meta/llama-3") });
    assert.match(proposal, /github-models-1:[^]+model: "gpt-4o"[^]+github-models-2:[^]+model: "llama-3"[^]+path: "a\.prompt\.yml"\n {4}endpoint: github-models-1[^]+path: "b\.prompt\.yml"\n {4}endpoint: github-models-2/);
  });

  it("may hold what does not carry over: it is told at its place", async () => {
    const { root, problems } = await proposed({ "a.prompt.yml": prompt("openai/gpt-4o", "color: red\n") });
    assert.deepEqual(problems.map(({ code, location }) => [code, said({ root, files: new Map([[join(root, "a.prompt.yml"), prompt("openai/gpt-4o", "color: red\n")]]) } as never, location)]), [["unknown-key", "a.prompt.yml:6:1 color"]]);
  });
});
