import type { StageConfig } from "../../config/schema.ts";
import { askApproval } from "../../store/pipeline/approvals.ts";
import { findPipelineRun, lastStage, type RunRecord } from "../../store/pipeline/records.ts";
import { hasEnded } from "../../store/pipeline/states.ts";
import { definitionOf, move } from "../../store/pipeline/transitions.ts";
import { lockRun } from "../../store/runLock.ts";
import { watchStore } from "../../store/watch.ts";
import type { PipelineContext } from "../context.ts";
import type { Definition } from "../definition.ts";
import { evidenceHash } from "../evidence.ts";
import { type Action, decide, outcomeOf } from "./decide.ts";
import { recover } from "./recover.ts";
import { runStage } from "./stage.ts";

/** Stages that run side by side, at most. */
const MOST_STAGES = 4;

/**
 * Drives a run until it has ended, or waits for a person. Every step of it is stored before the next, so
 * that whoever calls this after a crash goes on from there.
 * @returns the run as it is then; `undefined` when another process drives it.
 */
export async function drive(context: PipelineContext, key: string, signal: AbortSignal): Promise<RunRecord | undefined> {
  const { store, host } = context.workspace;
  const lock = await lockRun(store, key);
  if (!lock) return undefined;
  const definition = JSON.parse(definitionOf(store, key)) as Definition;
  const driver = new Driver(context, key, definition, signal);
  const wake = () => driver.wake();
  let seen = store.lastEvent();
  const unwatch = watchStore(store, host.clock, () => {
    const events = store.eventsAfter(seen);
    seen = events.at(-1)?.seq ?? seen;
    if (events.some(({ subject }) => subject === key)) wake();
  });
  signal.addEventListener("abort", wake);
  try {
    await recover(context.workspace, load(context, key), definition);
    return await driver.run();
  } finally {
    signal.removeEventListener("abort", wake);
    unwatch();
    lock.release();
  }
}

class Driver {
  private readonly context: PipelineContext;
  private readonly key: string;
  private readonly definition: Definition;
  private readonly control = new AbortController();
  private readonly active = new Map<string, Promise<void>>();
  private readonly outer: AbortSignal;
  private waiting = Promise.withResolvers<void>();

  constructor(context: PipelineContext, key: string, definition: Definition, outer: AbortSignal) {
    this.context = context;
    this.key = key;
    this.definition = definition;
    this.outer = outer;
  }

  /** Something may have changed: a person decided or cancelled. */
  wake(): void {
    const { resolve } = this.waiting;
    this.waiting = Promise.withResolvers<void>();
    resolve();
  }

  async run(): Promise<RunRecord> {
    try {
      for (;;) {
        const changed = this.waiting.promise;
        const next = this.next();
        if (typeof next === "object") return next;
        if (next === "nothing to do") await Promise.race([...this.active.values(), changed]);
      }
    } catch (error) {
      // Nothing goes on that nobody drives.
      this.control.abort(error);
      await Promise.allSettled(this.active.values());
      throw error;
    }
  }

  /** Does what can be done now; the run, when there will be no more to do. */
  private next(): RunRecord | "did something" | "nothing to do" {
    const run = load(this.context, this.key);
    if (hasEnded(run.state)) return run;
    if (run.cancelledBy !== undefined || this.outer.aborted) {
      this.control.abort(new Error("Cancelled."));
      return this.active.size === 0 ? this.cancelRest(run) : "nothing to do";
    }
    const elsewhere = (name: string) => lastStage(this.store, name, run.commit)?.state;
    const actions = decide({ run, definitions: this.definition.stages, active: new Set(this.active.keys()), most: MOST_STAGES, elsewhere });
    this.apply(run, actions);
    if (actions.length > 0) return "did something";
    return this.active.size === 0 ? this.settle(run) : "nothing to do";
  }

  private get store() {
    return this.context.workspace.store;
  }

  private now(): number {
    return this.context.workspace.host.clock.now();
  }

  private apply(run: RunRecord, actions: readonly Action[]): void {
    if (actions.length > 0 && run.state !== "running") this.store.write(() => move(this.store, this.key, "run", run.id, "running", this.now(), { reason: null }));
    for (const action of actions) {
      const { stage } = action;
      const config = this.definition.stages.find(({ name }) => name === stage.name) as StageConfig;
      if (action.kind === "start") {
        const done = runStage({ context: this.context, definition: this.definition, run: { key: this.key, commit: run.commit, by: run.startedBy }, stage: config, signal: this.control.signal }, stage);
        this.active.set(stage.name, done.finally(() => this.active.delete(stage.name)));
      } else if (action.kind === "ask") {
        this.store.write(() => {
          askApproval(this.store, stage.id, evidenceHash(run, config));
          move(this.store, this.key, "stage", stage.id, "waiting", this.now(), { reason: "Waits for approval." });
        });
      } else {
        this.store.write(() => {
          for (const step of stage.steps) move(this.store, this.key, "step", step.id, "skipped", this.now());
          move(this.store, this.key, "stage", stage.id, action.kind === "skip" ? "skipped" : "failed", this.now(), { reason: action.reason });
        });
      }
    }
  }

  private settle(run: RunRecord): RunRecord {
    const outcome = outcomeOf(run);
    this.store.write(() => {
      if (run.state === "queued") move(this.store, this.key, "run", run.id, "running", this.now());
      if (outcome) move(this.store, this.key, "run", run.id, outcome, this.now());
      else if (run.state !== "waiting") move(this.store, this.key, "run", run.id, "waiting", this.now(), { reason: waitsFor(run) });
    });
    return load(this.context, this.key);
  }

  private cancelRest(run: RunRecord): RunRecord {
    this.store.write(() => {
      const at = this.now();
      for (const stage of run.stages.filter(({ state }) => !hasEnded(state))) {
        for (const step of stage.steps) if (!hasEnded(step.state)) move(this.store, this.key, "step", step.id, "cancelled", at);
        move(this.store, this.key, "stage", stage.id, "cancelled", at, { reason: "Cancelled." });
      }
      move(this.store, this.key, "run", run.id, "cancelled", at, { reason: `Cancelled${run.cancelledBy === undefined ? "" : ` by ${run.cancelledBy}`}.` });
    });
    return load(this.context, this.key);
  }
}

function waitsFor(run: RunRecord): string {
  const waiting = run.stages.filter(({ state }) => state === "waiting" || state === "unknown").map(({ name }) => name);
  return `Waits for a person: ${waiting.join(", ")}.`;
}

function load({ workspace }: PipelineContext, key: string): RunRecord {
  const run = findPipelineRun(workspace.store, key);
  if (!run) throw new Error(`There is no run ${key} in the store.`);
  return run;
}
