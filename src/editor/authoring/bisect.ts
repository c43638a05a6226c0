import { commands, ProgressLocation, Range, Uri, window, WorkspaceEdit, workspace } from "vscode";
import type { BisectAnswer, CulpritView } from "../../protocol/authoring.ts";
import { Requests } from "../../protocol/messages.ts";
import { chooseSuite, type Deps, type Handlers } from "../commands/deps.ts";

/** "Find the Change That Did It": names a change on its line, and offers to undo it. */
export function bisectCommands(deps: Deps): Handlers {
  return {
    "llmops.bisect": async (argument) => {
      const suite = await chooseSuite(deps, argument, "Find the Change That Did It");
      if (!suite) return;
      const { engine, people } = deps;
      const answer = await window.withProgress({ location: ProgressLocation.Notification, title: "Finding the change that did it", cancellable: true }, (_progress, token) => {
        token.onCancellationRequested(() => void engine.request(Requests.cancelAuthoring, {}));
        return people.run(suite.uri, () => engine.request<BisectAnswer | null>(Requests.authoring, { uri: suite.uri, action: { kind: "bisect" } }));
      });
      if (!answer) return;
      const [culprit] = answer.culprits;
      if (!culprit) return void window.showInformationMessage(answer.message);
      await show(culprit);
      const undo = "Undo This Change";
      if (await window.showInformationMessage(answer.message, undo)) await undoChange(culprit);
    },
    "llmops.undoCulprit": (culprit) => undoChange(culprit as CulpritView),
  };
}

async function show({ uri, range: { start, end } }: CulpritView): Promise<void> {
  await window.showTextDocument(Uri.parse(uri), { selection: new Range(start.line, start.character, end.line, end.character) });
}

/** Shown as a diff first, so that a person sees what goes; it is not saved. */
async function undoChange({ uri, fixed }: CulpritView): Promise<void> {
  const document = await workspace.openTextDocument(Uri.parse(uri));
  const edit = new WorkspaceEdit();
  edit.replace(document.uri, new Range(document.positionAt(0), document.positionAt(document.getText().length)), fixed);
  await workspace.applyEdit(edit);
  await commands.executeCommand("workbench.files.action.compareWithSaved", document.uri);
}
