import { commands, window } from "vscode";
import { type CaseAtParams, Requests, type RunParams, type RunResult } from "../../protocol/messages.ts";
import { showStatusList } from "../views/statusList.ts";
import { nameOf } from "../views/suitesTree.ts";
import { activeFile, chooseSuite, type Deps, type Handlers, hasSuites, uriOf, withProgress } from "./deps.ts";

export function runCommands(deps: Deps): Handlers {
  const { engine, suites, people } = deps;

  /** Runs, and tells what came to no verdict; verdicts are told where they belong. */
  const run = async (title: string, params: RunParams): Promise<RunResult> => {
    const cancel = () => void engine.request(Requests.cancel, { uri: params.uri });
    const result = await withProgress(title, () => people.run(params.uri, () => engine.request<RunResult>(Requests.run, params)), cancel);
    const asking = result.suites.filter(({ asks }) => asks).map(({ message }) => message);
    if (asking.length > 0 && !params.anyway && (await window.showWarningMessage(`${title}?`, { modal: true, detail: asking.join("\n\n") }, "Run"))) return run(title, { ...params, anyway: true });
    const silent = result.suites.filter((suite) => suite.verdict === undefined && !suite.asks && suite.message !== "Cancelled.");
    if (silent.length > 0) void tell(silent.map((suite) => `${nameOf({ name: suites.get(suite.uri)?.name ?? suite.uri })}: ${suite.message}`).join(" "));
    return result;
  };

  return {
    "llmops.runSuite": async (argument) => {
      const suite = await chooseSuite(deps, argument, "Run Suite");
      return suite && run(`Running ${nameOf(suite)}`, { uri: suite.uri });
    },
    "llmops.runAll": async () => {
      if (await hasSuites(deps)) return run("Running all suites", {});
    },
    "llmops.runAffected": async (argument) => {
      if (!(await hasSuites(deps))) return;
      const uri = uriOf(argument) ?? activeFile();
      if (uri === undefined) return void window.showInformationMessage("Open a file of a suite first: a prompt, its cases or the suite itself.");
      const result = await run("Running what this file affects", { uri });
      if (result.suites.length === 0) void window.showInformationMessage("This file belongs to no suite. A suite names its prompts and cases; llmops.yaml can name further files under affects.");
      return result;
    },
    "llmops.runCaseAtCursor": async () => {
      if (!(await hasSuites(deps))) return;
      const found = await caseAtCursor(deps);
      if (!found) return;
      const result = await run("Running the case", { uri: found.suite, caseId: found.caseId });
      const [outcome] = result.suites;
      if (outcome?.verdict === undefined) return;
      const details = "Show Request and Response";
      const choice = await window.showInformationMessage(outcome.message, details);
      if (choice) await commands.executeCommand("llmops.showCaseDetails", found.suite, found.caseId);
    },
    "llmops.rerunFailed": async (argument) => {
      const suite = await chooseSuite(deps, argument, "Rerun Failed Cases");
      if (!suite) return;
      if (suite.state.kind === "judged" && suite.series.every(({ verdict }) => verdict === "passed" || verdict === "improved") && suite.state.broke === 0) return void window.showInformationMessage(`No case of ${nameOf(suite)} failed in the last run.`);
      return run(`Rerunning failed cases of ${nameOf(suite)}`, { uri: suite.uri, cases: "failed" });
    },
    "llmops.cancelRuns": () => engine.request(Requests.cancel, {}),
    "llmops.pauseRuns": () => deps.setPaused(true),
    "llmops.resumeRuns": () => deps.setPaused(false),
    "llmops.showStatus": async () => {
      if (await hasSuites(deps)) showStatusList(suites);
    },
  };
}

/** The case whose definition is at the cursor; says so where there is none. */
export async function caseAtCursor({ engine }: Deps): Promise<{ suite: string; caseId: string } | undefined> {
  const editor = window.activeTextEditor;
  const uri = activeFile();
  const params: CaseAtParams | undefined = editor && uri !== undefined ? { uri, line: editor.selection.active.line } : undefined;
  const found = params && (await engine.request<{ suite: string; caseId: string } | null>(Requests.caseAt, params));
  if (!found) void window.showInformationMessage("There is no case at the cursor. Cases are the tests of a promptfooconfig.yaml, or the rows of the file that it names.");
  return found ?? undefined;
}

async function tell(message: string): Promise<void> {
  const output = "Show Output";
  if (await window.showWarningMessage(message, output)) await commands.executeCommand("llmops.showOutput");
}
