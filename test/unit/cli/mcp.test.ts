import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ENGINE, ENV, sampleFolder, withoutRefunds } from "../engine.ts";
import { endpointSuite, folderWith } from "./support.ts";

const SUITE = "evals/support/promptfooconfig.yaml";

/** An agent's client on a folder, and what a tool says. */
async function agentIn(folder: string) {
  const client = new Client({ name: "test", version: "1" });
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [ENGINE, "mcp", "--stdio"], cwd: folder, env: ENV as Record<string, string>, stderr: "inherit" }));
  const call = async (name: string, input: Record<string, unknown> = {}) => {
    const { content, isError } = (await client.callTool({ name, arguments: input })) as { content: { text: string }[]; isError?: boolean };
    return { isError: isError ?? false, text: content[0]!.text };
  };
  return { client, call, read: async <T>(name: string, input?: Record<string, unknown>) => JSON.parse((await call(name, input)).text) as T };
}

describe("llmops mcp, as an agent meets it", function () {
  this.timeout(60_000);

  it("lists suites, runs the affected one, explains, compares, and proposes without accepting", async () => {
    const sample = sampleFolder();
    const agent = await agentIn(sample.folder);
    try {
      const { tools } = await agent.client.listTools();
      assert.deepEqual(tools.map(({ name, annotations }) => `${name} ${annotations?.readOnlyHint}`), ["list_suites true", "run_affected false", "explain_regression true", "compare_runs true", "propose_baseline true"]);

      const { suites } = await agent.read<{ suites: { suite: string; cases: number; prompts: { file: string }[] }[] }>("list_suites");
      assert.deepEqual(suites.map(({ suite, cases, prompts }) => [suite, cases, prompts.map(({ file }) => file)]), [[SUITE, 120, ["prompts/triage.txt", "prompts/triage-short.json"]]]);

      const prompt = join(sample.folder, "prompts/triage.txt");
      writeFileSync(prompt, withoutRefunds(readFileSync(prompt, "utf8")));
      const { runs } = await agent.read<{ runs: { verdict: string; runId: string }[] }>("run_affected", { file: "prompts/triage.txt" });
      assert.equal(runs[0]?.verdict, "regression");
      const explained = await agent.read<{ series: { headline: string; broke: string[] }[] }>("explain_regression", { suite: SUITE });
      assert.match(explained.series[0]!.headline, /^Regression: accuracy/);
      assert.equal(explained.series[0]!.broke.length, 16);
      const compared = await agent.read<{ first: { runId: string } }>("compare_runs", { first: runs[0]!.runId.slice(0, 8), second: runs[0]!.runId });
      assert.equal(compared.first.runId, runs[0]!.runId);

      const baseline = readFileSync(join(sample.folder, "llmops.baseline.json"), "utf8");
      const proposed = await agent.read<{ worthIt: boolean; command: string }>("propose_baseline", { suite: SUITE });
      assert.deepEqual([proposed.worthIt, proposed.command], [false, `llmops baseline accept ${SUITE}`]);
      assert.equal(readFileSync(join(sample.folder, "llmops.baseline.json"), "utf8"), baseline);
    } finally {
      await agent.client.close();
      sample.remove();
    }
  });

  it("spends no more than a save may, and takes no input for granted", async () => {
    const folder = folderWith({ ...endpointSuite(30, { apiBaseUrl: "https://llm.example.invalid/v1" }), "llmops.yaml": "version: 1\nonSave: { maxCalls: 5 }\n" });
    const agent = await agentIn(folder);
    try {
      const { runs } = await agent.read<{ runs: { notJudged: string }[] }>("run_affected", { file: "promptfooconfig.yaml" });
      assert.match(runs[0]!.notJudged, /needs 30 calls .*5 are allowed/);
      assert.match((await agent.call("run_affected", { file: "../../etc/passwd" })).text, /is part of no suite/);
      assert.match((await agent.call("explain_regression", { suite: "nowhere.yaml" })).text, /has no verdict yet/);
      assert.ok((await agent.call("explain_regression", {})).isError);
    } finally {
      await agent.client.close();
    }
  });
});
