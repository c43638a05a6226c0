import { hasReference } from "../../config/references.ts";
import { relativePosix } from "../../config/settings.ts";
import type { JobRef, JobSpec } from "../../jobs/backend.ts";
import { runnerOf, type Runner } from "../../jobs/backends.ts";
import { followJob } from "../../jobs/follow.ts";
import { resolveBaseline } from "../../regression/baseline/resolve.ts";
import { mergeParts } from "../../regression/shards/merge.ts";
import { readVersion, type Workspace } from "../../regression/workspace.ts";
import { atCommit } from "../definition.ts";
import { ENGINE, PACK, type RemoteSuite, type RemoteTask, TASK } from "../remote/task.ts";
import { suitesOf, versionOf } from "../version.ts";
import { commandVariables } from "./environment.ts";
import { endpointOf, noteSeries, outcome } from "./evaluate.ts";
import type { StepKind, StepResult, StepTask } from "./stepKind.ts";

/** Ray takes 100 MB, and the engine is a part of that. */
const MAX_PACK = 90 * 2 ** 20;

/**
 * A command or an eval of a stage that runs elsewhere: a job that has the commit's files, submitted under the
 * attempt's key. An engine that takes over finds it by that key. The shards of an eval are judged here as one run.
 */
export const remote: StepKind = {
  effect: "attachable",
  async run(task) {
    const { context, run, stage, step } = task;
    if (run.commit === undefined || !context.workspace.repository) return { passed: false, reason: `Only a commit can run on ${stage.runsOn}: this is no git repository, or it has none yet.` };
    return step.command === undefined ? runEval(task, run.commit) : runCommand(task, run.commit, step.command);
  },
};

async function runCommand(task: StepTask, commit: string, command: string): Promise<StepResult> {
  const { run, stage, step, attempt } = task;
  const own = step.env ?? {};
  const keys = Object.keys(keysOf(own));
  const env = { ...commandVariables(run, stage, attempt.n), ...Object.fromEntries(Object.entries(own).filter(([name]) => !keys.includes(name))) };
  const { state, message } = await runJob(task, { commit, commits: [commit], command, cwd: step.cwd, env, keys }, 1);
  return { passed: state === "succeeded", reason: state === "succeeded" ? undefined : (message ?? "It failed.") };
}

async function runEval(task: StepTask, commit: string): Promise<StepResult> {
  const { context, definition, stage, step, log } = task;
  const workspace = atCommit(context.workspace, commit);
  const files = await suitesOf(workspace, step.eval!);
  if (files.length === 0) return { passed: false, reason: `There is no suite in ${step.eval} at ${commit.slice(0, 7)}.` };
  const endpoint = endpointOf(stage, definition);
  const suites = await Promise.all(files.map((file) => remoteSuite(workspace, file, endpoint, stage.shards ?? 1)));
  const commits = [...new Set([commit, ...suites.flatMap(({ baseline }) => baseline ?? [])])];
  const shards = Math.max(...suites.map((suite) => suite.shards));
  const end = await runJob(task, { commit, commits, suites, endpoint }, shards);
  const version = await versionOf(workspace, files, endpoint);
  if (end.state !== "succeeded") return { passed: false, reason: end.message ?? "It failed.", version };
  const results = await Promise.all(Array.from({ length: shards }, (_, shard) => end.results(shard)));
  const merged = [];
  for (const suite of suites) {
    const parts = results.slice(0, suite.shards).map((found, shard) => ({ name: `shard ${shard + 1} of ${suite.file}`, lines: () => (found.get(suite.file) ?? "").split("\n") }));
    const { report } = await mergeParts(workspace, parts, { trigger: "pipeline", endpoint });
    noteSeries(log, report);
    merged.push(report);
  }
  return { ...outcome(merged), evals: merged.map(({ runId }) => runId), version };
}

/** A suite that is compared with a commit tells which; an accepted baseline is among its files. */
async function remoteSuite(workspace: Workspace, file: string, endpoint: string | undefined, shards: number): Promise<RemoteSuite> {
  const { suite, files } = await readVersion(workspace, workspace.disk, file, { endpoint });
  const { baseline } = await resolveBaseline(workspace, file, files);
  return {
    file: relativePosix(workspace.root, file),
    baseline: baseline?.info.kind === "git" ? baseline.info.commit : undefined,
    shards: Math.max(1, Math.min(shards, suite.cases.length)),
  };
}

interface JobEnd {
  readonly state: "succeeded" | "failed" | "stopped";
  readonly message: string | undefined;
  readonly results: (shard: number) => Promise<ReadonlyMap<string, string>>;
}

async function runJob(task: StepTask, what: Omit<RemoteTask, "version" | "folder">, shards: number): Promise<JobEnd> {
  const { context, definition, stage, attempt, log, signal } = task;
  const { workspace } = context;
  const { store, host } = workspace;
  if (stage.runsOn === "local") throw new Error("A local stage has no job.");
  const runner = await runnerOf(stage.runsOn, definition.runners, host, log.redactor);
  const { backend } = runner;
  const label = (shard: number) => (shards === 1 ? "" : `[${shard + 1}/${shards}] `);
  let job: JobRef | undefined;
  const end = await followJob(store, host.clock, backend, {
    key: attempt.key,
    shards,
    signal,
    spec: () => specOf(task, runner, { version: 1, folder: relativePosix(workspace.repository!.root, workspace.root), repository: runner.repository, ...what }, shards),
    onSubmitted: (submitted) => {
      job = submitted;
      log.note(`Job ${submitted.id} on ${backend.name}.`);
      task.spawned();
    },
    onLog: (text, shard, read) => {
      log.write(Buffer.from(text.replace(/^(?=.)/gm, label(shard)).replace(/(?<!\n)$/, "\n")));
      log.flush(read);
    },
    onNote: (line) => log.note(line),
  });
  return { ...end, results: (shard) => backend.results(job!, shard) };
}

async function specOf({ context, step }: StepTask, { backend, env }: Runner, what: RemoteTask, shards: number): Promise<JobSpec> {
  const { host, repository } = context.workspace;
  const files = async () => [
    ...(await context.engineFiles()).map(({ path, body }) => ({ path: `llmops/${path}`, body })),
    { path: PACK, body: await repository!.pack(host.processes, what.commits, MAX_PACK) },
  ];
  return {
    command: backend.carriesFiles ? `node ${ENGINE} job` : "llmops job",
    shards,
    env: { ...(await env(keysOf(step.env ?? {}))), [TASK]: JSON.stringify(what) },
    files: backend.carriesFiles ? files : undefined,
  };
}

/** Those that carry a key travel as variables of the job, and not in what it is told to do. */
function keysOf(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => hasReference(value)));
}
