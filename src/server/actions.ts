import { CodeActionKind, type CodeAction, type Diagnostic } from "vscode-languageserver/node";
import { URI } from "vscode-uri";
import { ClientCommands, EngineCommands } from "./commands.ts";
import { type DiagnosticData, SOURCE } from "./diagnostics.ts";

const REPEATS = 3;

/** Quick fixes on a verdict. */
export function actionsFor(diagnostics: readonly Diagnostic[]): CodeAction[] {
  const actions: CodeAction[] = [];
  for (const diagnostic of diagnostics) {
    const data = dataOf(diagnostic);
    if (!data) continue;
    const uri = URI.file(data.suite).toString();
    const add = (title: string, command: string, ...args: unknown[]) =>
      actions.push({ title, kind: CodeActionKind.QuickFix, diagnostics: [diagnostic], command: { title, command, arguments: [uri, ...args] } });
    add("Compare with the baseline's text", ClientCommands.compare);
    add("Show broken cases", ClientCommands.showBroken);
    add("Rerun failed cases", EngineCommands.runFailed);
    if (data.canRepeat) add(`Run ${REPEATS}×`, EngineCommands.runRepeated, REPEATS);
    add("Accept as baseline…", ClientCommands.accept);
  }
  return actions;
}

/** Ours, as the editor gave it back: other sources' diagnostics carry other data. */
function dataOf({ source, data }: Diagnostic): DiagnosticData | undefined {
  if (source !== SOURCE || data === null || typeof data !== "object") return undefined;
  return typeof (data as { suite?: unknown }).suite === "string" ? (data as DiagnosticData) : undefined;
}
