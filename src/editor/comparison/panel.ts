import { randomBytes } from "node:crypto";
import { type Disposable, Uri, ViewColumn, type WebviewPanel, window } from "vscode";
import type { FromWebview, PageState, ToWebview } from "../../protocol/experiments.ts";
import type { Experiments } from "../experiments.ts";
import { webviewPage } from "./page.ts";
import { parsePage } from "./state.ts";

export const COMPARISON = "llmops.comparison";

/** What a page may want besides answers of the engine. */
export type PageActions = { readonly [Kind in Exclude<FromWebview["kind"], "ask">]: (message: Extract<FromWebview, { kind: Kind }>) => unknown };

/** The comparisons and tables of runs that are open, each a webview that asks the engine through here. */
export class ComparisonPanels implements Disposable {
  private readonly options: { readonly media: Uri; readonly experiments: Experiments; readonly actions: PageActions };
  private readonly open = new Map<WebviewPanel, PageState>();
  private readonly registration: Disposable;

  constructor(options: { media: Uri; experiments: Experiments; actions: PageActions }) {
    this.options = options;
    this.registration = options.experiments.onChange(() => {
      for (const panel of this.open.keys()) send(panel, { kind: "changed" });
    });
  }

  /** Shows a page, in the panel that is about the same runs where there is one. */
  show(state: PageState): void {
    const same = [...this.open].find(([, other]) => subjectOf(other) === subjectOf(state));
    if (same) {
      const [panel] = same;
      panel.reveal();
      this.open.set(panel, state);
      return send(panel, { kind: "state", state });
    }
    this.fill(window.createWebviewPanel(COMPARISON, titleOf(state), ViewColumn.Active, { enableFindWidget: true }), state);
  }

  /** Fills a panel that was open when the window was closed. @param stored what its page kept: anything at all. */
  restore(panel: WebviewPanel, stored: unknown): void {
    const state = parsePage(stored);
    if (state) this.fill(panel, state);
    else panel.dispose();
  }

  private fill(panel: WebviewPanel, state: PageState): void {
    const { media, experiments, actions } = this.options;
    const { webview } = panel;
    this.open.set(panel, state);
    panel.title = titleOf(state);
    panel.onDidDispose(() => this.open.delete(panel));
    webview.onDidReceiveMessage((message: FromWebview) => {
      if (message.kind !== "ask") return (actions[message.kind] as (message: FromWebview) => unknown)?.(message);
      experiments.ask<unknown>(state.folder, message.action).then(
        (value) => send(panel, { kind: "answer", id: message.id, value }),
        (error: unknown) => send(panel, { kind: "failed", id: message.id, message: error instanceof Error ? error.message : String(error) }),
      );
    });
    webview.options = { enableScripts: true, localResourceRoots: [media] };
    const of = (name: string) => webview.asWebviewUri(Uri.joinPath(media, name)).toString();
    webview.html = webviewPage({ title: "Comparison", script: of("comparison.js"), style: of("style.css"), source: webview.cspSource, nonce: randomBytes(16).toString("base64url"), state });
  }

  dispose(): void {
    this.registration.dispose();
    for (const panel of this.open.keys()) panel.dispose();
  }
}

/** The runs that a page is about, in whatever order. */
function subjectOf(state: PageState): string {
  return `${state.folder} ${"runs" in state ? [...state.runs].sort().join() : ""}`;
}

function titleOf(state: PageState): string {
  if (!("runs" in state)) return "Runs";
  const names = state.runs.map((key) => key.slice(0, 8));
  return names.length === 1 ? `Run ${names[0]}` : `Compare ${names.slice(0, 3).join(" ▸ ")}${names.length > 3 ? " …" : ""}`;
}

function send(panel: WebviewPanel, message: ToWebview): void {
  void panel.webview.postMessage(message);
}
