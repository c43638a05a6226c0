import { decide } from "../decision/decide.ts";
import { enterStep, observe } from "../decision/state.ts";
import type { Clock, Log } from "../../host.ts";
import { observeReading } from "../metrics/observe.ts";
import { type RolloutPlan, weightOf } from "../plan/plan.ts";
import type { Opened } from "../targets/open.ts";
import { sameWeight, type SplitReading, TargetError } from "../targets/target.ts";
import { metricViews, metricWords, pollSentence } from "../words.ts";
import { beat, type Lease, LostLease } from "../../store/rollouts/lease.ts";
import { findRollout, openRequests, planOf, progressOf, type RequestRecord, type RolloutRecord } from "../../store/rollouts/records.ts";
import { applyChange, type Change } from "../../store/rollouts/transitions.ts";
import type { Store } from "../../store/store.ts";
import type { Progress } from "./progress.ts";

export interface DriveOptions {
  readonly store: Store;
  readonly clock: Pick<Clock, "now" | "monotonic">;
  readonly log: Log;
  readonly lease: Lease;
  readonly leaseMs: number;
  readonly id: string;
  readonly open: (plan: RolloutPlan) => Promise<Opened>;
}

const CONTROLLER = "controller";
/** A gap between polls that is longer (sleep, a crash) does not count as time of the step. */
const MOST_POLLS = 2;

/**
 * One rollout, a poll at a time. Whatever is to happen is stored before it is done (`wanted`), and what was read back after it (`applied`):
 * a process that goes on after a crash compares the three and knows.
 */
export class Drive {
  readonly plan: RolloutPlan;
  private readonly options: DriveOptions;
  private progress: Progress;
  private opened: Opened | undefined;
  private beatAt: number;
  private polledAt: number | undefined;
  /** A breach that could not be stored: the target comes first. */
  private unstored: string | undefined;

  constructor(options: DriveOptions) {
    this.options = options;
    const { seq } = this.record();
    this.plan = JSON.parse(planOf(options.store, seq)) as RolloutPlan;
    this.progress = JSON.parse(progressOf(options.store, seq)) as Progress;
    this.beatAt = options.clock.monotonic();
  }

  record(): RolloutRecord {
    return findRollout(this.options.store, this.options.id)!;
  }

  /** Takes up what people asked for, does what is due, and polls once. @returns whether the rollout has ended. @throws {LostLease} */
  async tick(): Promise<boolean> {
    for (const request of openRequests(this.options.store, this.record().seq)) this.take(request);
    const { state, endedAt } = this.record();
    if (endedAt !== undefined) return true;
    if (this.unstored !== undefined) this.beginRollback(this.unstored, CONTROLLER);
    if (this.isRollingBack()) return this.rollBack();
    try {
      const { target } = await this.targets();
      const split = await target.read();
      if (this.noticeForeign(split)) return false;
      if (state === "running" ? await this.applyWanted(split) : await this.renew(split)) return true;
      await this.poll();
      const { state: now, wanted, applied } = this.record();
      if (now === "running" && applied !== undefined && !sameWeight(applied, target.rounded(wanted))) return await this.applyWanted(await target.read());
    } catch (error) {
      if (!(error instanceof TargetError)) throw error;
      this.storeFailedPoll(error.message);
    }
    return this.isRollingBack() ? this.rollBack() : false;
  }

  private async targets(): Promise<Opened> {
    return (this.opened ??= await this.options.open(this.plan));
  }

  private take({ id, kind, by }: RequestRecord): void {
    const { state, wanted } = this.record();
    const say = (text: string, change: Change = {}) => this.change({ ...change, request: id, actions: [{ kind, by, text }] });
    if (state === "rolling-back") return say("Came too late: the rollout is being rolled back.");
    switch (kind) {
      case "pause":
        return say(`Paused at ${wanted} %.`, { state: "paused", reason: `Paused by ${by}.` });
      case "resume":
        if (state === "paused") this.progress.decision.waitedMs = 0;
        return say(`Resumed at ${wanted} %.`, { state: "running", reason: null });
      case "abort":
        return say("Aborted: back to the stable version.", { state: "rolling-back", wanted: 0, reason: `Aborted by ${by}.` });
      case "promote":
        this.progress = { ...this.progress, finishing: `Promoted by ${by}, before it was decided.` };
        return say("Promoted: the new version gets all traffic.", { state: "running", reason: null, wanted: 100 });
    }
  }

  /** Weights that are neither what was read last nor what is wanted were set by somebody else, or by the target's dead man's switch. */
  private noticeForeign({ canary, reason }: SplitReading): boolean {
    const { state, applied, wanted } = this.record();
    const { target } = this.opened!;
    if (applied === undefined || sameWeight(canary, applied) || sameWeight(canary, target.rounded(wanted))) return false;
    const why = reason === "ttl" ? `The dead man's switch of ${target.label} has fired: it is at ${canary} %, since nobody renewed the weights in time.` : `Somebody else set the canary of ${target.label} to ${canary} %; it was ${applied} %.`;
    const text = `${why} Resume sets it to ${wanted} % again; abort rolls back.`;
    this.change({ applied: canary, ...(state === "running" ? { state: "paused", reason: text } : {}), actions: [{ kind: "changed", by: reason === "ttl" ? "target" : "somebody else", text }] });
    return true;
  }

  /** @returns whether that ended the rollout. */
  private async applyWanted(split: SplitReading): Promise<boolean> {
    const { wanted, applied } = this.record();
    const { target } = this.opened!;
    const due = target.rounded(wanted);
    let canary = split.canary;
    if (!sameWeight(canary, due)) {
      this.guard();
      await target.write(wanted, split);
      ({ canary } = await target.read());
      if (!sameWeight(canary, due)) throw new TargetError(`${target.label} was set to ${wanted} % and says ${canary} %.`);
    }
    if (applied === undefined || !sameWeight(applied, canary)) this.change({ applied: canary, actions: [{ kind: "weight", by: CONTROLLER, text: `Weight ${due} % set, read back ${canary} %.` }] });
    else await this.renew(split);
    if (this.progress.finishing === undefined) return false;
    this.change({ state: "promoted", reason: this.progress.finishing, endedAt: this.options.clock.now(), actions: [{ kind: "end", by: CONTROLLER, text: `Promoted: the new version has all traffic. ${this.progress.finishing}` }] });
    return true;
  }

  /** Tells a target with a dead man's switch that somebody still watches. */
  private async renew(split: SplitReading): Promise<false> {
    if (this.opened!.target.renews && split.canary > 0) await this.opened!.target.write(split.canary, split);
    return false;
  }

  private isRollingBack(): boolean {
    return this.unstored !== undefined || this.record().state === "rolling-back";
  }

  private async poll(): Promise<void> {
    const { rules, latency } = this.plan;
    const { state, step, applied } = this.record();
    const reading = await (await this.targets()).source.read();
    const now = this.options.clock.monotonic();
    const ms = this.polledAt === undefined ? 0 : Math.min(now - this.polledAt, MOST_POLLS * this.plan.pollMs);
    this.polledAt = now;
    const { observations, source, notes } = observeReading(this.progress.source, reading, rules, latency);
    const { decision } = this.progress;
    observe(decision, rules, observations, ms);
    this.progress = { ...this.progress, source };
    const decided = decide(decision, rules);
    const metrics = metricViews(decision, rules, decided, source.slow);
    const poll = { step, weight: applied, verdict: decided.verdict, text: pollSentence(decided, metrics, notes), metrics: JSON.stringify(metrics) };
    if (decided.verdict === "breach") {
      const why = metrics.filter(({ verdict }) => verdict === "breach").map((metric) => metricWords(metric, decided));
      return this.beginRollback(`Breach: ${why.join("; ")}.`, CONTROLLER, poll);
    }
    const goesOn = state === "running" && (decided.verdict === "healthy" || (decided.overdue && this.plan.onInsufficient === "advance"));
    if (goesOn) return this.advance(poll, decided.verdict === "healthy" ? "healthy" : "undecided, and llmops.yaml says to advance");
    const waits = decided.overdue && state === "running" && this.plan.onInsufficient === "pause";
    const reason = `Step ${step + 1} is undecided after its longest time. Resume goes on waiting, promote or abort decides.`;
    this.change({ poll, ...(waits ? { state: "paused", reason, actions: [{ kind: "undecided", by: CONTROLLER, text: reason }] } : {}) });
  }

  private advance(poll: NonNullable<Change["poll"]>, why: string): void {
    const { rules } = this.plan;
    const { step } = this.record();
    const canary = this.progress.decision.metrics[rules.metrics[0]!.name]!.step.canary.units;
    const text = `Step ${step + 1} of ${rules.steps.length} ${why} after ${canary.toLocaleString("en-US")} requests of the canary.`;
    if (step === rules.steps.length - 1) {
      this.progress = { ...this.progress, finishing: text };
      return this.change({ poll, wanted: 100, actions: [{ kind: "step", by: CONTROLLER, text }] });
    }
    enterStep(this.progress.decision, rules, step + 1);
    this.change({ poll, step: step + 1, wanted: weightOf(this.plan, step + 1), actions: [{ kind: "step", by: CONTROLLER, text }] });
  }

  /** Also where it cannot be stored (a full disk): the canary goes to 0 all the same. */
  private beginRollback(reason: string, by: string, poll?: Change["poll"]): void {
    try {
      this.change({ poll, state: "rolling-back", wanted: 0, reason, actions: [{ kind: "rollback", by, text: `${reason} Rolling back.` }] });
      this.unstored = undefined;
    } catch (error) {
      if (error instanceof LostLease) throw error;
      this.unstored = reason;
      this.options.log.error(`${this.plan.name}: ${reason} It cannot be stored (${error instanceof Error ? error.message : String(error)}); the canary is set to 0 all the same.`);
    }
  }

  /** @returns whether the canary is at 0, read back. */
  async rollBack(): Promise<boolean> {
    try {
      const { target } = await this.targets();
      this.guard();
      await target.rollBack(await target.read().catch(() => undefined));
      const { canary } = await target.read();
      if (!sameWeight(canary, 0)) throw new TargetError(`${target.label} was set to 0 % and says ${canary} %.`);
    } catch (error) {
      if (!(error instanceof TargetError)) throw error;
      const text = `The canary cannot be set to 0: ${error.message} It is tried again until it succeeds. By hand: ${this.opened?.target.byHand ?? "set its weight to 0"}`;
      if (!this.progress.alerted) {
        this.options.log.error(`${this.plan.name}: ${text}`);
        this.progress = { ...this.progress, alerted: true };
        this.change({ applied: null, actions: [{ kind: "alert", by: CONTROLLER, text }] });
      }
      return false;
    }
    const now = this.options.clock.now();
    this.change({ state: "rolled-back", applied: 0, endedAt: now, actions: [{ kind: "end", by: CONTROLLER, text: "Weight 0 % set and read back." }] });
    return true;
  }

  private storeFailedPoll(why: string): void {
    const { step, applied } = this.record();
    const now = this.options.clock.monotonic();
    const ms = this.polledAt === undefined ? 0 : Math.min(now - this.polledAt, MOST_POLLS * this.plan.pollMs);
    this.polledAt = now;
    observe(this.progress.decision, this.plan.rules, {}, ms);
    this.opened = undefined;
    this.change({ poll: { step, weight: applied, verdict: "insufficient", text: `insufficient: ${why}`, metrics: "[]" } });
  }

  /** Before each write to a target that cannot fence: whoever has been away for long may have lost the lease without knowing. */
  private guard(): void {
    if (this.options.clock.monotonic() - this.beatAt < this.options.leaseMs / 2) return;
    this.options.store.write(() => beat(this.options.store, this.options.lease));
    this.beatAt = this.options.clock.monotonic();
  }

  private change(change: Change): void {
    const { store, lease, id, clock } = this.options;
    applyChange(store, lease, id, { ...change, progress: JSON.stringify(this.progress) }, clock.now());
    this.beatAt = clock.monotonic();
  }
}
