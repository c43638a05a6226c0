import { commands, Uri, window } from "vscode";
import { type AcceptResult, type BaselineText, type BrokenCase, Requests, type SuiteSummary } from "../../protocol/messages.ts";
import { normal } from "../suites.ts";
import { nameOf } from "../views/suitesTree.ts";
import { lookOf } from "../views/wording.ts";
import { activeFile, chooseSuite, type Deps, type Handlers, uriOf, withProgress } from "./deps.ts";
import { showBroken } from "./brokenCases.ts";

export function baselineCommands(deps: Deps): Handlers {
  const { engine, suites, people } = deps;
  return {
    "llmops.compareWithBaseline": async (argument) => {
      const suite = await chooseSuite(deps, argument, "Compare with Baseline");
      if (!suite) return;
      const file = await chooseChanged(suite, uriOf(argument) ?? activeFile());
      if (file === undefined) return void window.showInformationMessage(`${nameOf(suite)} is as its baseline: no file differs.`);
      const baseline = await engine.request<BaselineText | null>(Requests.baselineText, { uri: file });
      if (!baseline) return void window.showInformationMessage("There is no baseline to compare with yet: commit the prompts, or accept them as the baseline.");
      const uri = Uri.parse(file);
      await commands.executeCommand("vscode.diff", deps.documents.baseline(uri, baseline.label), uri, `${basename(file)} (${baseline.label} ↔ now)`);
    },

    "llmops.acceptAsBaseline": async (argument) => {
      const suite = await chooseSuite(deps, argument, "Accept as Baseline");
      if (!suite) return;
      const accept = "Accept";
      const detail = `${lookOf(suite.state).long}\n\nLater changes are compared with this version. It is written into llmops.baseline.json, for you to review and commit.`;
      if ((await window.showWarningMessage(`Accept ${nameOf(suite)} as it is now as the baseline?`, { modal: true, detail }, accept)) !== accept) return;
      const result = await withProgress("Accepting the baseline", () => people.run(suite.uri, () => engine.request<AcceptResult>(Requests.accept, { uri: suite.uri })));
      if (!result.accepted) return void window.showWarningMessage(result.message);
      const open = "Open llmops.baseline.json";
      if (result.uri !== undefined && (await window.showInformationMessage(result.message, open))) await window.showTextDocument(Uri.parse(result.uri));
    },

    "llmops.showBrokenCases": async (argument) => {
      const suite = await chooseSuite(deps, argument, "Show Broken Cases");
      if (!suite) return;
      const cases = await engine.request<BrokenCase[]>(Requests.brokenCases, { uri: suite.uri });
      const mine = cases.filter((item) => suites.get(item.suite)?.uri === suite.uri);
      if (mine.length === 0) return void window.showInformationMessage(`No case of ${nameOf(suite)} broke in the last run.`);
      showBroken(nameOf(suite), mine);
    },
  };
}

/** The file itself if it differs from the baseline, else the only one that does, else the one that a person picks. */
async function chooseChanged({ changed }: SuiteSummary, wanted: string | undefined): Promise<string | undefined> {
  const own = wanted === undefined ? undefined : changed.find((file) => normal(file) === normal(wanted));
  if (own !== undefined || changed.length <= 1) return own ?? changed[0];
  const items = changed.map((file) => ({ label: basename(file), description: Uri.parse(file).fsPath, file }));
  return (await window.showQuickPick(items, { title: "Compare with Baseline", placeHolder: "Which of the changed files?" }))?.file;
}

function basename(uri: string): string {
  return decodeURIComponent(uri.slice(uri.lastIndexOf("/") + 1));
}
