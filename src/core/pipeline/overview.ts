import { CONFIG_FILE } from "../config/root.ts";
import type { StageConfig } from "../config/schema.ts";
import { formatProblem, ProblemError } from "../problem.ts";
import { decisive, type RunReport } from "../regression/report.ts";
import { formatDelta, formatValue } from "../regression/words.ts";
import type { Workspace } from "../regression/workspace.ts";
import type { Deployment } from "../store/pipeline/deployments.ts";
import { findPipelineRun, newestStage, openPipelineRuns, type RunHead, type StageRecord } from "../store/pipeline/records.ts";
import { findRun } from "../store/runs.ts";
import { atCommit, definitionHash, type Definition, loadPipeline } from "./definition.ts";
import { environmentStates } from "./promotion.ts";
import { stageVersion, suitesOf, versionOf } from "./version.ts";

/** How far back a commit is looked for, to say how many commits ago it was. */
const ANCESTORS = 50;

/** A stage as it stands: what it last did, and whether that is still about what is there now. */
export interface StageView {
  readonly name: string;
  readonly trigger: StageConfig["trigger"];
  /** What it waits for by itself: `a commit`, `a change of data/train.jsonl`. */
  readonly waitsFor: string;
  readonly last: { readonly run: RunHead; readonly stage: StageRecord; readonly evals: readonly EvalView[] } | undefined;
  /** Why what it last did is about something else than HEAD; `undefined`: it is not. */
  readonly stale: string | undefined;
}

/** What a run of a suite found, in a few words: the evidence of a step. */
export interface EvalView {
  readonly runId: string;
  /** Relative to the root. */
  readonly suite: string;
  readonly verdict: string | undefined;
  /** `92.0 % (+0.4 points)`, `17 broke`. */
  readonly figures: readonly string[];
}

export interface EnvironmentView {
  readonly name: string;
  readonly current: Deployment | undefined;
  readonly previous: Deployment | undefined;
}

export interface Overview {
  readonly head: { readonly commit: string; readonly subject: string; readonly at: number | undefined } | undefined;
  readonly hasGit: boolean;
  /** What keeps the pipeline of `llmops.yaml` from being read. */
  readonly problem: string | undefined;
  /** Of the definition that a run would take now. */
  readonly definitionHash: string;
  /** Globs of the data that starts stages. */
  readonly data: readonly string[];
  readonly stages: readonly StageView[];
  readonly environments: readonly EnvironmentView[];
  readonly open: readonly RunHead[];
}

/** The pipeline of a workspace as it stands. Reads the store and the files; runs nothing. */
export async function overviewOf(workspace: Workspace): Promise<Overview> {
  const { repository, root, store } = workspace;
  const commit = await repository?.resolve("HEAD");
  const at = atCommit(workspace, commit);
  let definition: Definition = { stages: [], environments: {}, models: {} };
  let problem: string | undefined;
  try {
    const committed = (await loadPipeline(root, at.disk)).definition;
    // One that is being written is shown before it is committed; run it can be only then.
    definition = committed.stages.length > 0 ? committed : (await loadPipeline(root, workspace.disk)).definition;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    problem = formatProblem(error.problem, () => CONFIG_FILE);
  }
  const [subject, commitTime, ancestors] = repository && commit !== undefined ? await Promise.all([repository.subject(commit), repository.commitTime(commit), repository.ancestors(commit, ANCESTORS)]) : [undefined, undefined, []];
  return {
    head: commit === undefined ? undefined : { commit, subject: subject ?? "", at: commitTime },
    hasGit: repository !== undefined,
    problem,
    definitionHash: definitionHash(definition),
    data: definition.stages.flatMap(({ data }) => data ?? []),
    stages: await Promise.all(definition.stages.map((stage) => stageView(at, definition, stage, commit, ancestors))),
    environments: problem === undefined ? await environmentStates(workspace) : [],
    open: openPipelineRuns(store),
  };
}

/** What the attempts of a stage's steps found. */
export function evalsOf({ store }: Pick<Workspace, "store">, stage: StageRecord): EvalView[] {
  const ids = stage.steps.flatMap(({ attempts }) => attempts.at(-1)?.evals ?? []);
  return ids.flatMap((id) => {
    const run = findRun(store, id);
    if (!run) return [];
    const report = run.report === undefined ? undefined : (JSON.parse(run.report) as RunReport);
    return [{ runId: id, suite: run.suite, verdict: run.verdict, figures: report ? figuresOf(report) : [] }];
  });
}

async function stageView(workspace: Workspace, definition: Definition, stage: StageConfig, head: string | undefined, ancestors: readonly string[]): Promise<StageView> {
  const { store } = workspace;
  const key = newestStage(store, stage.name, head);
  const run = key === undefined ? undefined : findPipelineRun(store, key);
  const record = run?.stages.find(({ name }) => name === stage.name);
  const last = run && record ? { run: headOf(run), stage: record, evals: evalsOf(workspace, record) } : undefined;
  return { name: stage.name, trigger: stage.trigger, waitsFor: waitsFor(stage), last, stale: last && (await staleness(workspace, definition, stage, last, head, ancestors)) };
}

/** Another commit with the same version is the same; where a stage judged no version, another commit is another. */
async function staleness(workspace: Workspace, definition: Definition, stage: StageConfig, last: NonNullable<StageView["last"]>, head: string | undefined, ancestors: readonly string[]): Promise<string | undefined> {
  const { commit } = last.run;
  if (commit === head || commit === undefined || head === undefined) return undefined;
  if (last.stage.version !== undefined && last.stage.version === (await versionNow(workspace, definition, stage))) return undefined;
  const back = ancestors.indexOf(commit);
  return `from ${commit.slice(0, 7)}${back >= 0 ? `, ${back + 1} ${back === 0 ? "commit" : "commits"} ago` : ""}`;
}

async function versionNow(workspace: Workspace, { environments }: Definition, stage: StageConfig): Promise<string | undefined> {
  const endpoint = stage.environment === undefined ? undefined : environments[stage.environment]?.endpoint;
  const evals = stage.steps.flatMap((step) => step.eval ?? []);
  return stageVersion(await Promise.all(evals.map(async (what) => versionOf(workspace, await suitesOf(workspace, what), endpoint))));
}

function figuresOf(report: RunReport): string[] {
  const series = decisive(report);
  const accuracy = series?.metrics.find(({ name }) => name === "accuracy");
  const broke = report.series.reduce((sum, { broke: cases }) => sum + cases.length, 0);
  return [
    ...(accuracy?.current === undefined ? [] : [`${formatValue(accuracy.current, "rate")}${!accuracy.delta ? "" : ` (${formatDelta(accuracy.delta, "rate")})`}`]),
    ...(broke > 0 ? [`${broke} broke`] : []),
  ];
}

function waitsFor({ trigger, schedule, data }: StageConfig): string {
  switch (trigger) {
    case "on-commit":
      return "a commit";
    case "on-schedule":
      return `its time: ${schedule}`;
    case "on-data-change":
      return `a change of ${data}`;
    case "manual":
      return "you: Run Stage";
  }
}

function headOf({ stages: _stages, ...head }: RunHead & { stages: unknown }): RunHead {
  return head;
}
