import { commands, type LogOutputChannel, ProgressLocation, Uri, window, workspace } from "vscode";
import type { SuiteSummary } from "../../protocol/messages.ts";
import type { PersonRuns } from "../consent/personRuns.ts";
import type { SecretVault } from "../consent/secrets.ts";
import type { Approvals } from "../consent/approvals.ts";
import type { Documents } from "../documents.ts";
import type { Engine } from "../engine/engine.ts";
import type { Suites } from "../suites.ts";
import { nameOf } from "../views/suitesTree.ts";
import { lookOf, worstFirst } from "../views/wording.ts";

/** What commands work with. */
export interface Deps {
  readonly engine: Engine;
  readonly suites: Suites;
  readonly people: PersonRuns;
  readonly approvals: Approvals;
  readonly vault: SecretVault;
  readonly documents: Documents;
  readonly output: LogOutputChannel;
  setPaused(paused: boolean): Promise<void>;
}

export type Handler = (argument?: unknown, ...more: unknown[]) => unknown;
export type Handlers = Readonly<Record<string, Handler>>;

/** The URI that a command was called with: by a lens, a row of the tree, or a menu of the editor. */
export function uriOf(argument: unknown): string | undefined {
  if (typeof argument === "string") return argument;
  if (argument instanceof Uri) return argument.toString();
  const suite = (argument as { suite?: SuiteSummary } | undefined)?.suite;
  return suite?.uri;
}

/** The file that is edited now, if it is on a disk. */
export function activeFile(): string | undefined {
  const uri = window.activeTextEditor?.document.uri;
  return uri?.scheme === "file" ? uri.toString() : undefined;
}

/** The engine with its suites; says so and returns false where there are none. */
export async function hasSuites({ engine, suites }: Deps): Promise<boolean> {
  if (!workspace.workspaceFolders?.length) {
    const open = "Open Folder";
    const choice = await window.showInformationMessage("Open a folder with a suite (promptfooconfig.yaml) first.", open);
    if (choice) await commands.executeCommand("vscode.openFolder");
    return false;
  }
  if (!workspace.isTrusted) {
    const manage = "Manage Trust";
    if (await window.showInformationMessage("This workspace is not trusted: nothing in it is read or run.", manage)) await commands.executeCommand("workbench.trust.manage");
    return false;
  }
  await engine.ready();
  await suites.known();
  if (suites.all().length > 0) return true;
  const create = "Create a Suite…";
  const choice = await window.showInformationMessage("This workspace has no suite: a suite is a promptfooconfig.yaml or a .prompt.yml with prompts and test cases.", create);
  if (choice) await commands.executeCommand("llmops.createSuite");
  return false;
}

/** The suite that is meant: the argument's, the edited file's, the only one, or the one that a person picks. */
export async function chooseSuite(deps: Deps, argument: unknown, title: string): Promise<SuiteSummary | undefined> {
  if (!(await hasSuites(deps))) return undefined;
  const { suites } = deps;
  const given = uriOf(argument) ?? activeFile();
  const about = given === undefined ? [] : suites.of(given);
  const candidates = about.length > 0 ? about : suites.all();
  if (candidates.length === 1) return candidates[0];
  const items = worstFirst(candidates).map((suite) => ({ label: nameOf(suite), description: lookOf(suite.state).short, suite }));
  return (await window.showQuickPick(items, { title, placeHolder: "Which suite?" }))?.suite;
}

/** Shows that something is under way; `cancel` is called when a person no longer wants it. */
export function withProgress<T>(title: string, action: () => Promise<T>, cancel?: () => void): Thenable<T> {
  return window.withProgress({ location: ProgressLocation.Notification, title, cancellable: cancel !== undefined }, (_progress, token) => {
    if (cancel) token.onCancellationRequested(cancel);
    return action();
  });
}
