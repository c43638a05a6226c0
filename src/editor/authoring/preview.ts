import { randomBytes } from "node:crypto";
import { type Disposable, type TextDocument, Uri, ViewColumn, type WebviewPanel, window, workspace } from "vscode";
import type { FromPreview, PreviewAnswer, PreviewView, ToPreview } from "../../protocol/authoring.ts";
import { Requests } from "../../protocol/messages.ts";
import { type Deps, type Handlers, hasSuites, uriOf } from "../commands/deps.ts";
import { webviewPage } from "../comparison/page.ts";
import { normal } from "../suites.ts";

/** The prompt beside the editor, filled in for a case, updated as one types. One panel follows one file. */
export class PromptPreview implements Disposable {
  private readonly deps: Deps;
  private readonly media: Uri;
  private panel: WebviewPanel | undefined;
  private document: TextDocument | undefined;
  private choice: { caseId?: string; prompt?: number } = {};
  /** What is asked now, and whether something was typed since. */
  private asking = false;
  private dirty = false;
  private reload = true;
  private readonly subscriptions: Disposable[];

  constructor(deps: Deps, media: Uri) {
    this.deps = deps;
    this.media = media;
    this.subscriptions = [
      workspace.onDidChangeTextDocument(({ document }) => document === this.document && this.update()),
      workspace.onDidSaveTextDocument(() => {
        this.reload = true;
        this.update();
      }),
    ];
  }

  commands(): Handlers {
    return { "llmops.showPreview": async (argument) => this.show(uriOf(argument)) };
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.panel?.dispose();
  }

  private async show(uri: string | undefined): Promise<void> {
    if (!(await hasSuites(this.deps))) return;
    const document = uri === undefined ? window.activeTextEditor?.document : await workspace.openTextDocument(Uri.parse(uri));
    if (!document || document.uri.scheme !== "file" || this.deps.suites.of(document.uri.toString()).length === 0) {
      return void window.showInformationMessage("Open a prompt that a suite uses: the preview fills it in for one of the suite's cases.");
    }
    if (!this.document || normal(this.document.uri.toString()) !== normal(document.uri.toString())) this.choice = {};
    this.document = document;
    this.reload = true;
    this.panel ??= this.create();
    this.panel.title = `Preview ${document.uri.path.slice(document.uri.path.lastIndexOf("/") + 1)}`;
    this.panel.reveal(undefined, true);
    this.update();
  }

  private create(): WebviewPanel {
    const panel = window.createWebviewPanel("llmops.preview", "Preview", { viewColumn: ViewColumn.Beside, preserveFocus: true }, { enableScripts: true, localResourceRoots: [this.media], enableFindWidget: true });
    const of = (name: string) => panel.webview.asWebviewUri(Uri.joinPath(this.media, name)).toString();
    panel.webview.html = webviewPage({ title: "Preview", script: of("preview.js"), style: of("style.css"), source: panel.webview.cspSource, nonce: randomBytes(16).toString("base64url"), state: {} });
    panel.webview.onDidReceiveMessage((message: FromPreview) => this.receive(message));
    panel.onDidChangeViewState(() => this.update());
    panel.onDidDispose(() => {
      this.panel = undefined;
      this.document = undefined;
    });
    return panel;
  }

  private receive(message: FromPreview): void {
    if (message.kind === "run") return void this.run(message.endpoints);
    if (message.kind === "choose") this.choice = { ...this.choice, ...(message.caseId === undefined ? {} : { caseId: message.caseId }), ...(message.prompt === undefined ? {} : { prompt: message.prompt }) };
    this.update();
  }

  /** One question at a time: of what is typed in the meantime only the last text is asked. */
  private update(): void {
    if (!this.panel?.visible || !this.document) return;
    if (this.asking) this.dirty = true;
    else void this.ask(this.document);
  }

  private async ask(document: TextDocument): Promise<void> {
    this.asking = true;
    const { reload } = this;
    this.reload = false;
    try {
      const view = await this.deps.engine.request<PreviewView | null>(Requests.authoring, { uri: document.uri.toString(), action: { kind: "preview", file: document.uri.fsPath, text: document.getText(), reload, ...this.choice } });
      if (view) this.send({ kind: "view", view });
    } catch (error) {
      this.send({ kind: "problem", message: error instanceof Error ? error.message : String(error) });
    } finally {
      this.asking = false;
      if (this.dirty) {
        this.dirty = false;
        this.update();
      }
    }
  }

  /** Asks the case, of one endpoint or of two beside each other. */
  private async run(endpoints: readonly (string | undefined)[]): Promise<void> {
    const { document } = this;
    const { caseId } = this.choice;
    if (!document || caseId === undefined) return;
    const uri = document.uri.toString();
    this.send({ kind: "running", endpoints });
    await Promise.all(
      endpoints.map(async (endpoint, column) => {
        try {
          const answers = await this.deps.people.run(uri, () => this.deps.engine.request<PreviewAnswer[]>(Requests.authoring, { uri, action: { kind: "answer", file: document.uri.fsPath, text: document.getText(), caseId, endpoint } }));
          this.send({ kind: "answers", column, answers });
        } catch (error) {
          this.send({ kind: "failed", column, message: error instanceof Error ? error.message : String(error) });
        }
      }),
    );
  }

  private send(message: ToPreview): void {
    if (message.kind === "view") this.choice = { caseId: message.view.caseId, prompt: message.view.prompt };
    void this.panel?.webview.postMessage(message);
  }
}
