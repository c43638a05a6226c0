import { CodeActionKind, type CodeAction, type Diagnostic } from "vscode-languageserver/node";
import { URI } from "vscode-uri";
import { ClientCommands, EngineCommands } from "./commands.ts";
import { type DiagnosticData, LANGUAGE_SOURCE, SOURCE } from "./diagnostics.ts";

const REPEATS = 3;

/** Quick fixes on a verdict, and on a name that is misspelt. @param document URI of the file they stand in. */
export function actionsFor(document: string, diagnostics: readonly Diagnostic[]): CodeAction[] {
  const actions: CodeAction[] = [];
  for (const diagnostic of diagnostics) {
    const replacement = replacementOf(diagnostic);
    if (replacement !== undefined) actions.push({ title: `Change to ${JSON.stringify(replacement)}`, kind: CodeActionKind.QuickFix, diagnostics: [diagnostic], isPreferred: true, edit: { changes: { [document]: [{ range: diagnostic.range, newText: replacement }] } } });
    if (diagnostic.source === SOURCE && (diagnostic.code === "duplicate-rows" || diagnostic.code === "near-duplicates")) actions.push(uniqueCopy(document, diagnostic));
    const data = dataOf(diagnostic);
    if (!data) continue;
    const uri = URI.file(data.suite).toString();
    const add = (title: string, command: string, ...args: unknown[]) =>
      actions.push({ title, kind: CodeActionKind.QuickFix, diagnostics: [diagnostic], command: { title, command, arguments: [uri, ...args] } });
    add("Compare with the baseline's text", ClientCommands.compare);
    add("Show broken cases", ClientCommands.showBroken);
    add("Show answers before and after", ClientCommands.showChanges);
    if (data.suspects > 1) add("Find the change that did it", ClientCommands.bisect);
    if (data.culprit) actions.push({ title: "Undo this change", kind: CodeActionKind.QuickFix, diagnostics: [diagnostic], isPreferred: true, command: { title: "Undo this change", command: ClientCommands.undoCulprit, arguments: [data.culprit] } });
    add("Rerun failed cases", EngineCommands.runFailed);
    if (data.canRepeat) add(`Run ${REPEATS}×`, EngineCommands.runRepeated, REPEATS);
    add("Accept as baseline…", ClientCommands.accept);
  }
  return actions;
}

/** Of training data: into a new file, never in place. */
function uniqueCopy(document: string, diagnostic: Diagnostic): CodeAction {
  const title = "Write a copy without duplicates";
  return { title, kind: CodeActionKind.QuickFix, diagnostics: [diagnostic], command: { title, command: ClientCommands.uniqueData, arguments: [document] } };
}

/** Ours, as the editor gave it back: other sources' diagnostics carry other data. */
function dataOf({ source, data }: Diagnostic): DiagnosticData | undefined {
  if (source !== SOURCE || data === null || typeof data !== "object") return undefined;
  return typeof (data as { suite?: unknown }).suite === "string" ? (data as DiagnosticData) : undefined;
}

function replacementOf({ source, data }: Diagnostic): string | undefined {
  const replacement = source === LANGUAGE_SOURCE && data !== null && typeof data === "object" ? (data as { replacement?: unknown }).replacement : undefined;
  return typeof replacement === "string" ? replacement : undefined;
}
