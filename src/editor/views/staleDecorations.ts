import { type Disposable, ThemeColor, window } from "vscode";
import { STALE_SCHEME } from "./pipelineItems.ts";

/** Draws rows grey that are about another version than what is there now. */
export function staleDecorations(): Disposable {
  return window.registerFileDecorationProvider({
    provideFileDecoration: ({ scheme, query }) => (scheme === STALE_SCHEME && query === "stale" ? { color: new ThemeColor("disabledForeground"), tooltip: "of another version" } : undefined),
  });
}
