import { commands, type Disposable, languages, Uri, window, workspace } from "vscode";
import type { BaselineText } from "../protocol/messages.ts";

const BASELINE = "llmops-baseline";
const TEXT = "llmops";

/** Read-only documents: what the baseline says of a file, and texts that the engine wrote for people. */
export class Documents implements Disposable {
  private readonly texts = new Map<string, string>();
  private readonly registrations: Disposable;

  /** @param baselineText of a file's URI; `null` where there is none. */
  constructor(baselineText: (uri: string) => Promise<BaselineText | null>) {
    const baseline = workspace.registerTextDocumentContentProvider(BASELINE, { provideTextDocumentContent: async ({ path }) => (await baselineText(Uri.file(path).toString()))?.text ?? "" });
    const texts = workspace.registerTextDocumentContentProvider(TEXT, { provideTextDocumentContent: ({ path }) => this.texts.get(path) ?? "This was written in an earlier session." });
    const closed = workspace.onDidCloseTextDocument(({ uri }) => uri.scheme === TEXT && this.texts.delete(uri.path));
    this.registrations = { dispose: () => [baseline, texts, closed].forEach((registration) => registration.dispose()) };
  }

  /** Where the baseline's text of a file is read; another label is another document. */
  baseline(file: Uri, label: string): Uri {
    return file.with({ scheme: BASELINE, query: label });
  }

  /** Opens a text beside nothing else, as a preview. `name` is the tab's title. */
  async show(name: string, text: string, language: string): Promise<void> {
    const path = `/${name}`;
    this.texts.set(path, text);
    const document = await workspace.openTextDocument(Uri.from({ scheme: TEXT, path, query: String(Date.now()) }));
    await languages.setTextDocumentLanguage(document, language);
    await window.showTextDocument(document, { preview: true });
  }

  /** Shows a text of Markdown as it is meant to be read; as its source, where the editor's own preview is switched off. */
  async preview(name: string, markdown: string): Promise<void> {
    const path = `/${name}`;
    this.texts.set(path, markdown);
    const uri = Uri.from({ scheme: TEXT, path, query: String(Date.now()) });
    await workspace.openTextDocument(uri);
    await commands.executeCommand("markdown.showPreview", uri).then(undefined, () => this.show(name, markdown, "markdown"));
  }

  dispose(): void {
    this.registrations.dispose();
  }
}
