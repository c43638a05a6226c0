import { type Disposable, type ExtensionContext, Uri, window } from "vscode";
import type { ChangedAnswer } from "../../protocol/authoring.ts";
import { Requests } from "../../protocol/messages.ts";
import { chooseSuite, type Deps, type Handlers } from "../commands/deps.ts";
import { nameOf } from "../views/suitesTree.ts";
import { agentTools } from "./agents.ts";
import { bisectCommands } from "./bisect.ts";
import { AnswerChanges } from "./changes.ts";
import { PromptPreview } from "./preview.ts";
import { TestExplorer } from "./testExplorer.ts";

/** What helps to write prompts, beside what every editor gets from the language server. */
export function createAuthoring({ extensionUri, extensionPath }: Pick<ExtensionContext, "extensionUri" | "extensionPath">, deps: Deps): { readonly handlers: Handlers; readonly parts: readonly Disposable[] } {
  const { engine, suites, people } = deps;
  const changes = new AnswerChanges();
  const preview = new PromptPreview(deps, Uri.joinPath(extensionUri, "dist", "webview"));
  const tests = new TestExplorer({ engine, suites, people, resume: () => deps.setPaused(false) });
  const showChangedAnswers = async (argument?: unknown) => {
    const suite = await chooseSuite(deps, argument, "Show Answers Before and After");
    if (!suite) return;
    const answers = await engine.request<ChangedAnswer[]>(Requests.authoring, { uri: suite.uri, action: { kind: "answers" } });
    if (answers.length === 0) return void window.showInformationMessage(`No case of ${nameOf(suite)} broke or was fixed in the last run.`);
    await changes.show(`${nameOf(suite)}: baseline ↔ now`, answers);
  };
  return { handlers: { ...preview.commands(), ...bisectCommands(deps), "llmops.showChangedAnswers": showChangedAnswers }, parts: [changes, preview, tests, ...agentTools(extensionPath, engine)] };
}
