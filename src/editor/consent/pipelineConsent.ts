import { window, workspace, Uri } from "vscode";
import type { PipelineConsent } from "../../protocol/pipeline.ts";
import type { Approvals } from "./approvals.ts";

const LISTED = 12;

/** Asks a person, once for each definition, whether it may run here. A repository cannot bring its own consent. */
export class PipelineConsents {
  private readonly approvals: Approvals;
  private readonly open = new Map<string, Promise<boolean>>();

  constructor(approvals: Approvals) {
    this.approvals = approvals;
  }

  ask = async (consent: PipelineConsent): Promise<boolean> => {
    const { hash } = consent;
    const question = this.open.get(hash) ?? this.put(consent);
    this.open.set(hash, question);
    try {
      if (!(await question)) return false;
      await this.approvals.addPipeline(hash);
      return true;
    } finally {
      this.open.delete(hash);
    }
  };

  private async put({ folder, because, byPerson, commands }: PipelineConsent): Promise<boolean> {
    const [run, show] = ["Run", "Show llmops.yaml"];
    const list = commands.slice(0, LISTED).join("\n");
    const more = commands.length > LISTED ? `\nand ${commands.length - LISTED} more` : "";
    const what = commands.length === 0 ? "It evaluates suites, and runs no command." : `It runs these commands, with the scripts that they call, and may do so for every later ${byPerson ? "run" : "occasion"} of this definition:\n${list}${more}`;
    const choice = byPerson
      ? await window.showWarningMessage("Run this pipeline here for the first time?", { modal: true, detail: what }, run, show)
      : await window.showInformationMessage(`The pipeline in llmops.yaml is to run because of ${because}, and this definition has not run here. ${commands.length === 0 ? what : `It runs ${commands.length === 1 ? "a command" : `${commands.length} commands`}.`}`, run, show, "Not Now");
    if (choice === show) await window.showTextDocument(await workspace.openTextDocument(Uri.joinPath(Uri.parse(folder), "llmops.yaml")));
    return choice === run;
  }
}
