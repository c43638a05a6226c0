import { findTracked } from "../store/experiments/runs.ts";
import { loggedOf } from "../store/experiments/log.ts";
import { type Deployment, deploymentsOfModel } from "../store/pipeline/deployments.ts";
import type { Store } from "../store/store.ts";
import type { ModelVersion } from "../store/training/models.ts";
import { dataVersions } from "../store/training/dataVersions.ts";
import { findTraining } from "../store/training/trainings.ts";
import type { DataReport } from "./checks/report.ts";
import type { Decision } from "./decision/decide.ts";
import type { TrainingDefinition } from "./definition.ts";
import { dataSentence, decisionLines, findingsSentence, stateSentence } from "./words.ts";

/** The environments that a model is in now. */
export function placesOf(store: Store, { model }: Pick<ModelVersion, "model">): string[] {
  const newest = new Map<string, Deployment>();
  for (const deployment of deploymentsOfModel(store)) if (!newest.has(deployment.environment)) newest.set(deployment.environment, deployment);
  return [...newest.values()].filter((deployment) => deployment.model === model).map(({ environment }) => environment);
}

/** Where a model comes from and what is known of it, as a page of Markdown. */
export function modelCard(store: Store, version: ModelVersion): string {
  const training = findTraining(store, version.training);
  if (!training || training === "several") return `# ${version.name}@${version.version}\n\nModel \`${version.model}\`. Its training is not in the store any more.\n`;
  const run = findTracked(store, version.training);
  const { config } = JSON.parse(training.definition) as TrainingDefinition;
  const decision = training.decision === undefined ? undefined : (JSON.parse(training.decision) as Decision);
  const data = dataVersions(store, config.data, 1000).find(({ hash }) => hash === training.data);
  const report = data && (JSON.parse(data.report) as DataReport);
  const params = run && run !== "several" ? loggedOf(store, [run.id]).get(run.id)!.params : new Map<string, string>();
  const promoted = deploymentsOfModel(store).filter(({ model }) => model === version.model);
  return `${[
    `# ${version.name}@${version.version}`,
    `Model \`${version.model}\`, made ${day(version.at)} by the training ${training.key}${training.startedBy === undefined ? "" : `, which ${training.startedBy} started`}. ${stateSentence(training)}`,
    "## Data",
    `\`${config.data}\`, SHA-256 \`${training.data}\`${report ? `: ${dataSentence(report)}. ${findingsSentence(report)}` : "."}`,
    "## Training",
    table(["", ""], [["Trainer", config.kind], ...(config.base === undefined ? [] : [["Started from", config.base]]), ["Commit", training.commit ?? "none"], ...[...params].filter(([name]) => name !== "trainer" && name !== "base").map(([name, value]) => [name, value])]),
    "## Evaluation",
    decision ? `Suite \`${config.suite}\`, run ${training.eval ?? "unknown"}, compared with ${decision.production === undefined ? "nothing" : `\`${decision.production}\``}.\n\n${decisionLines(decision).map((line) => `- ${line}`).join("\n")}` : "It was not compared.",
    ...(decision && decision.slices.length > 0 ? ["### Groups of cases", table(["group", "cases", "before", "with it", "90 % interval", "p (Benjamini–Hochberg)"], decision.slices.map(({ name, cases, production, candidate, interval, p }) => [name, String(cases), percent(production), percent(candidate), `${percent(interval[0])} … ${percent(interval[1])}`, p.toFixed(4)]))] : []),
    "## Promotions",
    promoted.length === 0 ? "None." : table(["environment", "when", "by", "state"], promoted.map(({ environment, at, by, state }) => [environment, day(at), by ?? "", state])),
  ].join("\n\n")}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replace(/\s+/g, " ")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function percent(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace("T", " ");
}
