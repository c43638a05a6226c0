import { type Disposable, LanguageModelTextPart, LanguageModelToolResult, lm, McpStdioServerDefinition, Uri, workspace } from "vscode";
import { join } from "node:path";
import type { ChangedAnswer } from "../../protocol/authoring.ts";
import { type BrokenCase, Requests, type RunResult, type SuiteSummary } from "../../protocol/messages.ts";
import type { Engine } from "../engine/engine.ts";

/** An agent reads so much of an output, and of so many cases. */
const CHARACTERS = 500;
const CASES = 20;

/** What agents in this window may do: look, run within a save's budget, explain. None accepts, deploys or spends more. */
export function agentTools(extensionPath: string, engine: Engine): Disposable[] {
  const uriOf = (input: { file?: unknown }) => Uri.file(String(input.file ?? "")).toString();
  const tool = (name: string, run: (input: { file?: unknown }) => Promise<unknown>) =>
    lm.registerTool<{ file?: unknown }>(name, {
      invoke: async ({ input }) => new LanguageModelToolResult([new LanguageModelTextPart(JSON.stringify(await run(input)))]),
    });
  return [
    tool("llmops_suites", async () => (await engine.request<SuiteSummary[]>(Requests.suites)).map(({ name, cases, state, series }) => ({ name, cases, state, series: series.map(({ label, provider, verdict, standing }) => ({ label, provider, verdict, standing })) }))),
    // No person started it: what a save may not do, it may not.
    tool("llmops_runAffected", (input) => engine.request<RunResult>(Requests.run, { uri: uriOf(input), asSave: true })),
    tool("llmops_explain", async (input) => {
      const [cases, answers] = await Promise.all([engine.request<BrokenCase[]>(Requests.brokenCases, { uri: uriOf(input) }), engine.request<ChangedAnswer[] | null>(Requests.authoring, { uri: uriOf(input), action: { kind: "answers" } })]);
      const short = (text: string) => (text.length > CHARACTERS ? `${text.slice(0, CHARACTERS)}…` : text);
      return { broke: cases.slice(0, CASES).map(({ number, title, reason }) => ({ number, title, reason })), answers: (answers ?? []).slice(0, CASES).map(({ title, change, before, after }) => ({ title, change, before: short(before), after: short(after) })) };
    }),
    lm.registerMcpServerDefinitionProvider("llmops", {
      provideMcpServerDefinitions: () => {
        const folder = workspace.workspaceFolders?.find(({ uri }) => uri.scheme === "file");
        if (!folder || !workspace.isTrusted) return [];
        const server = new McpStdioServerDefinition("LLMOps", process.execPath, [join(extensionPath, "dist", "engine.js"), "mcp", "--stdio"], { ELECTRON_RUN_AS_NODE: "1" });
        server.cwd = folder.uri;
        return [server];
      },
    }),
  ];
}
