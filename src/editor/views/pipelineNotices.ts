import { commands, type Disposable, window } from "vscode";
import type { Overview } from "../../protocol/pipeline.ts";
import type { Pipelines } from "../pipelines.ts";

/** What moves a baseline when it is deployed there: the environment of this name is production. */
const PRODUCTION = "production";

/** The two things of a pipeline that a person is told without having looked: a stage that waits for them, and a new version in production. */
export function pipelineNotices(pipelines: Pipelines): Disposable {
  const told = new Set<string>();
  const inProduction = new Map<string, string | undefined>();
  return pipelines.onChange((folder) => {
    const overview = pipelines.all().find((known) => known.folder === folder)?.overview;
    if (!overview) return;
    for (const { name, key, view } of waiting(overview)) {
      if (told.has(key)) continue;
      told.add(key);
      void askForDecision(folder, name, view);
    }
    const current = overview.environments.find(({ name }) => name === PRODUCTION)?.current;
    if (inProduction.has(folder) && current && inProduction.get(folder) !== current.key) void offerBaseline(current.commit);
    inProduction.set(folder, current?.key);
  });
}

function waiting({ stages }: Overview) {
  return stages.flatMap((view) => (view.last?.stage.state === "waiting" ? [{ name: view.name, key: `${view.last.run.key} ${view.name}`, view }] : []));
}

async function askForDecision(folder: string, name: string, view: object): Promise<void> {
  const [approve, reject] = ["Approve…", "Reject…"];
  const choice = await window.showInformationMessage(`The stage ${name} waits for your approval.`, approve, reject);
  if (choice) await commands.executeCommand(choice === approve ? "llmops.approveStage" : "llmops.rejectStage", { kind: "stage", folder, view });
}

async function offerBaseline(commit: string | undefined): Promise<void> {
  const accept = "Accept as Baseline…";
  const choice = await window.showInformationMessage(`${commit?.slice(0, 7) ?? "A new version"} is in production. Changes can be compared with it from now on: that is a change of llmops.baseline.json to commit.`, accept);
  if (choice) await commands.executeCommand("llmops.acceptAsBaseline");
}
