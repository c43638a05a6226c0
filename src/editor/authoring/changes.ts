import { commands, type Disposable, Uri, workspace } from "vscode";
import type { ChangedAnswer } from "../../protocol/authoring.ts";

const SCHEME = "llmops-answer";
/** The editor's multi-file diff shows this many quickly. */
const MOST = 200;

/** Answers before and after, case by case, in the editor's own view of changes. */
export class AnswerChanges implements Disposable {
  private readonly texts = new Map<string, string>();
  private readonly registration = workspace.registerTextDocumentContentProvider(SCHEME, { provideTextDocumentContent: (uri) => this.texts.get(`${uri.path}?${uri.query}`) ?? "" });

  /** @param title of the tab. */
  async show(title: string, answers: readonly ChangedAnswer[]): Promise<void> {
    this.texts.clear();
    const stamp = Date.now();
    const resources = answers.slice(0, MOST).map(({ title: name, series, change, before, after }) => {
      const path = `/${change}/${series}/${name}`.replace(/[?#\\]/g, " ");
      // One path with two queries: two paths would be shown as a rename.
      const side = (which: string, text: string) => {
        const uri = Uri.from({ scheme: SCHEME, path, query: `${which} ${stamp}` });
        this.texts.set(`${uri.path}?${uri.query}`, text.endsWith("\n") ? text : `${text}\n`);
        return uri;
      };
      return [Uri.from({ scheme: SCHEME, path }), side("before", before), side("after", after)];
    });
    await commands.executeCommand("vscode.changes", title, resources);
  }

  dispose(): void {
    this.registration.dispose();
  }
}
