import { isLoopback, originOf } from "../../config/approvals.ts";
import { Redactor } from "../../config/redactor.ts";
import { absolutePath } from "../../regression/workspace.ts";
import { addPoints } from "../../store/experiments/log.ts";
import { lockRun } from "../../store/runLock.ts";
import { registerModel } from "../../store/training/models.ts";
import { isOver, type TrainingState } from "../../store/training/states.ts";
import { appendTrainingLog, findTraining, moveTraining, type TrainingFacts, type TrainingRecord } from "../../store/training/trainings.ts";
import { watchStore } from "../../store/watch.ts";
import { checkData } from "../checks/checkData.ts";
import { isRefused } from "../checks/report.ts";
import type { TrainingContext, TrainingProgress } from "../context.ts";
import { copyData, keptCopy } from "../data/versions.ts";
import { suiteTexts } from "../data/suiteTexts.ts";
import { compareModels, planOf } from "../decision/compareModels.ts";
import { productionOf } from "../decision/production.ts";
import type { TrainingDefinition } from "../definition.ts";
import { planSentences, refusal } from "../words.ts";
import { TRAINERS } from "../trainers/registry.ts";
import type { TrainTask } from "../trainers/trainer.ts";
import { followJob } from "./follow.ts";
import { submitJob } from "./submit.ts";

/** A person cancelled it. */
class CancelledByPerson extends Error {}

/**
 * Drives a training until it has ended, or a person must say what became of it. Every step of it is stored before
 * the next, so that whoever calls this after a crash goes on from there. An abort only stops driving: the job goes on.
 * @returns the training as it is then; `undefined` when another process drives it.
 */
export async function driveTraining(context: TrainingContext, key: string, signal: AbortSignal): Promise<TrainingRecord | undefined> {
  const { store, host } = context.workspace;
  const lock = await lockRun(store, `training-${key}`);
  if (!lock) return undefined;
  const cancelled = new AbortController();
  const look = () => {
    if (find(context, key).cancelledBy !== undefined) cancelled.abort(new CancelledByPerson("Cancelled."));
  };
  const unwatch = watchStore(store, host.clock, look);
  try {
    look();
    await new Driver(context, key, AbortSignal.any([signal, cancelled.signal])).run();
  } catch (error) {
    signal.throwIfAborted();
    await end(context, key, error);
  } finally {
    unwatch();
    lock.release();
  }
  return find(context, key);
}

/** A failure ends the training with its words; a cancellation ends its job as well. */
async function end(context: TrainingContext, key: string, error: unknown): Promise<void> {
  const { store, host } = context.workspace;
  const training = find(context, key);
  if (isOver(training.state)) throw error;
  if (training.cancelledBy === undefined) {
    store.write(() => moveTraining(store, training, "failed", { reason: error instanceof Error ? error.message : String(error) }, host.clock.now()));
    return;
  }
  const failure = await cancelJob(context, training);
  store.write(() => moveTraining(store, training, "cancelled", { reason: `Cancelled by ${training.cancelledBy}.${failure}` }, host.clock.now()));
}

async function cancelJob(context: TrainingContext, training: TrainingRecord): Promise<string> {
  const { config } = definitionOf(training);
  if (training.job === undefined && training.state !== "submitting") return "";
  const task = taskOf(context, training, new Redactor(), AbortSignal.timeout(30_000));
  const trainer = TRAINERS[config.kind];
  try {
    const job = training.job ?? (await trainer.find(task));
    if (job !== undefined) await trainer.cancel(task, job);
    return "";
  } catch (error) {
    return ` The job ${training.job ?? ""} could not be cancelled, and may go on: ${(error as Error).message}`;
  }
}

class Driver {
  private readonly context: TrainingContext;
  private readonly key: string;
  private readonly signal: AbortSignal;
  private readonly redactor = new Redactor();

  constructor(context: TrainingContext, key: string, signal: AbortSignal) {
    this.context = context;
    this.key = key;
    this.signal = signal;
  }

  async run(): Promise<void> {
    for (;;) {
      this.signal.throwIfAborted();
      const training = find(this.context, this.key);
      if (isOver(training.state) || training.state === "unknown") return;
      await this.step(training);
    }
  }

  private step(training: TrainingRecord): Promise<void> {
    switch (training.state) {
      case "preparing":
        return this.prepare(training);
      case "submitting":
        return this.submit(training);
      case "training":
        return this.follow(training);
      default:
        return this.evaluate(training);
    }
  }

  private async prepare(training: TrainingRecord): Promise<void> {
    const { workspace } = this.context;
    const definition = definitionOf(training);
    const { config } = definition;
    const unasked = unaskedOrigin(this.context, definition);
    if (unasked !== undefined) return this.move(training, "failed", { reason: `Nothing has been sent to ${unasked} yet: start a training or a run there yourself once.` });
    const plan = await planOf(this.context, definition);
    this.log(training, planSentences(plan, config));
    const file = absolutePath(workspace.root, config.data);
    const copy = await copyData(workspace.store, file);
    const validation = config.validation === undefined ? undefined : await copyData(workspace.store, absolutePath(workspace.root, config.validation));
    const report = await checkData(workspace, { file, copy, config: config.checks, suiteTexts: await suiteTexts(workspace), signal: this.signal, onProgress: (done, total) => this.tell("checking the data", done, total) });
    if (isRefused(report)) return this.move(training, "refused", { data: copy.hash, reason: refusal(report) });
    this.move(training, "submitting", { data: copy.hash, validation: validation?.hash, submitted_at: workspace.host.clock.now() });
  }

  private async submit(training: TrainingRecord): Promise<void> {
    this.tell("submitting", 0, 0);
    const task = taskOf(this.context, training, this.redactor, this.signal);
    const { clock } = this.context.workspace.host;
    const job = await submitJob(TRAINERS[task.config.kind], task, clock);
    if (typeof job === "string") this.move(training, "training", { job });
    else this.move(training, "unknown", { reason: job.unknown });
  }

  private async follow(training: TrainingRecord): Promise<void> {
    const task = taskOf(this.context, training, this.redactor, this.signal);
    const { store, host } = this.context.workspace;
    const ended = await followJob(TRAINERS[task.config.kind], task, training, {
      clock: host.clock,
      keep: ({ lines, points, seen }) =>
        store.write(() => {
          const at = host.clock.now();
          addPoints(store, training.id, points.map((point) => ({ ...point, at })));
          appendTrainingLog(store, training, lines, at);
          moveTraining(store, training, "training", { seen }, at);
        }),
      tell: (done, total, eta) => this.tell("training", done, total, eta),
      notice: (line) => this.log(training, [line]),
    });
    if (ended.state !== "succeeded") return this.move(training, "failed", { reason: ended.reason });
    this.move(training, "evaluating", { model: ended.model, production: productionOf(store, training.name, definitionOf(training)) });
  }

  private async evaluate(training: TrainingRecord): Promise<void> {
    const { store, host } = this.context.workspace;
    const models = { candidate: training.model!, production: training.production };
    let run: string | undefined;
    const decision = await compareModels(this.context, definitionOf(training), models, { signal: this.signal, onStart: (id) => (run = id), onProgress: (done, total) => this.tell("comparing the models", done, total) });
    store.write(() => {
      const at = host.clock.now();
      registerModel(store, { name: training.name, model: models.candidate, training: training.key, at });
      const measured = decision.rows.flatMap(({ metric, candidate }) => (candidate === undefined ? [] : [{ key: metric, value: candidate, step: 0, at }]));
      addPoints(store, training.id, measured);
      moveTraining(store, training, decision.verdict, { decision: JSON.stringify(decision), eval: run, reason: decision.reasons[0] ?? null }, at);
    });
  }

  private move(training: TrainingRecord, to: TrainingState, facts: TrainingFacts): void {
    const { store, host } = this.context.workspace;
    const reason = facts.reason && this.redactor.redact(facts.reason);
    store.write(() => moveTraining(store, training, to, { ...facts, ...(reason ? { reason } : {}) }, host.clock.now()));
  }

  private log(training: TrainingRecord, lines: readonly string[]): void {
    const { store, host } = this.context.workspace;
    store.write(() => {
      appendTrainingLog(store, training, lines.map((line) => this.redactor.redact(line)), host.clock.now());
      store.emit("training-changed", training.key, host.clock.now());
    });
  }

  private tell(doing: TrainingProgress["doing"], done: number, total: number, eta?: number): void {
    this.context.onProgress?.({ key: this.key, doing, done, total, ...(eta === undefined ? {} : { eta }) });
  }
}

/** Where a training that nobody started would send the data, and nobody has agreed to yet. */
function unaskedOrigin({ mayCall }: TrainingContext, { endpoint, runners }: TrainingDefinition): string | undefined {
  const addresses = [...(endpoint.kind === "openai" ? [endpoint.baseUrl] : []), ...(runners?.ray ? [runners.ray.address] : [])];
  return mayCall && addresses.map(originOf).find((origin) => origin !== undefined && !isLoopback(origin) && !mayCall(origin));
}

function taskOf({ workspace, sandbox }: TrainingContext, training: TrainingRecord, redactor: Redactor, signal: AbortSignal): TrainTask {
  const { config, endpoint, runners } = definitionOf(training);
  const copy = (hash: string | undefined) => (hash === undefined ? undefined : keptCopy(workspace.store, hash));
  const data = copy(training.data);
  if (!data) throw new Error("The copy of the data that this training began with is gone: start it again.");
  return { workspace, key: training.key, name: training.name, config, endpoint, runners, data, validation: copy(training.validation), submittedAt: training.submittedAt ?? training.startedAt, sandbox, redactor, signal };
}

function definitionOf({ definition }: TrainingRecord): TrainingDefinition {
  return JSON.parse(definition) as TrainingDefinition;
}

function find({ workspace: { store } }: TrainingContext, key: string): TrainingRecord {
  const found = findTraining(store, key);
  if (!found || found === "several") throw new Error(`There is no training ${key} in the store.`);
  return found;
}
