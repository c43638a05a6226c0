import { formatDuration, formatValue } from "../../regression/words.ts";
import { openRollouts } from "../../store/rollouts/records.ts";
import { TargetTaken } from "../../store/rollouts/transitions.ts";
import type { RolloutContext } from "../context.ts";
import { difference } from "../metrics/difference.ts";
import { bucketsOfArm, slowEdges } from "../metrics/latency.ts";
import { badRole, type Reading, unitsRole } from "../metrics/source.ts";
import { type Simulated, simulate } from "../simulate/simulate.ts";
import { openPlan } from "../targets/open.ts";
import { type SplitReading, type Target, TargetError } from "../targets/target.ts";
import { type RolloutPlan, weightOf } from "./plan.ts";

export interface Preflight {
  /** Why it must not begin, each a sentence that says what to do. */
  readonly problems: readonly string[];
  /** What a person should know all the same. */
  readonly notes: readonly string[];
  readonly target: Target | undefined;
  readonly traffic: Traffic | undefined;
}

/** What flows now. */
export interface Traffic {
  /** Units a minute, both versions together. */
  readonly perMinute: number;
  /** 0 … 1, of the stable version; `undefined` where nothing counts errors. */
  readonly errorRate: number | undefined;
}

/** Between the two readings from which the traffic is taken, ms. */
const WATCH_MS = 1000;
/** Below, statistics take a day or more. */
const FEW_PER_MINUTE = 30;
const SIMS = 200;

/** Looks whether a rollout can see and steer what it is to judge. Changes nothing but that it writes the weights that are there. */
export async function preflight(context: RolloutContext, plan: RolloutPlan): Promise<Preflight> {
  const problems: string[] = [];
  const notes: string[] = [];
  let target: Target | undefined;
  try {
    const opened = await openPlan(context, plan);
    ({ target } = opened);
    const taken = openRollouts(context.workspace.store).find((open) => open.target === opened.target.key);
    if (taken) problems.push(new TargetTaken(taken).message);
    const split = await target.read();
    checkSplit(split, target, problems);
    if (!taken && split.canary === 0) await target.write(0, split);
    const first = await opened.source.read();
    const traffic = await watch(context, first, () => opened.source.read());
    checkMetrics(plan, traffic.last, problems, notes);
    if (traffic.perMinute === 0) notes.push("No traffic flows: the rollout will wait for it.");
    else if (traffic.perMinute < FEW_PER_MINUTE) notes.push(`Only ${Math.round(traffic.perMinute)} requests a minute: set detect: 3, or fewer steps (llmops rollout plan shows what to expect).`);
    return { problems, notes, target, traffic: { perMinute: traffic.perMinute, errorRate: traffic.errorRate } };
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    return { problems: [...problems, error.message], notes, target, traffic: undefined };
  }
}

function checkSplit({ canary }: SplitReading, target: Target, problems: string[]): void {
  if (canary > 0) problems.push(`The canary of ${target.label} gets ${canary} % already: somebody else steers it. Set it to 0 first (${target.byHand}).`);
}

function checkMetrics(plan: RolloutPlan, reading: Reading, problems: string[], notes: string[]): void {
  const roles = (arm: "stable" | "canary") => new Set(reading[arm]?.counters.map(({ role }) => role));
  const [stable, canary] = [roles("stable"), roles("canary")];
  for (const { name, kind } of plan.rules.metrics) {
    if (plan.scores[name]) {
      problems.push(`${name}: this version cannot take scores from a ${plan.scores[name].kind} yet. Let the target count them (scores in its metrics), or take ${name} out.`);
      continue;
    }
    const has = (known: Set<string>) => (plan.latency[name] ? [...known].some((role) => role.startsWith(`${name}/le=`)) : known.has(kind === "score" ? `${name}/n` : unitsRole(name)));
    if (!has(stable) && !has(canary)) problems.push(`${name}: the metric source does not have it, for neither version.`);
    else if (!has(stable)) problems.push(`${name}: the metric source has it for the canary only. What is it to be compared with?`);
    else if (!has(canary)) problems.push(`${name}: the metric source has it for the stable version only. The canary must export it before it gets traffic, with 0.`);
    else if (plan.latency[name]) {
      const edges = slowEdges(bucketsOfArm(name, reading.stable!), plan.latency[name].ratio);
      notes.push(edges ? `${name}: slow is over ${edges.stable} in the stable version (its p95, rounded up to a bucket), over ${edges.canary} in the canary.` : `${name}: the first 100 requests of the stable version will say what is slow; until then the step's time stands still.`);
    }
  }
}

async function watch({ workspace: { host } }: RolloutContext, first: Reading, read: () => Promise<Reading>): Promise<{ perMinute: number; errorRate: number | undefined; last: Reading }> {
  const began = host.clock.monotonic();
  await host.clock.sleep(WATCH_MS);
  const last = await read();
  const minutes = (host.clock.monotonic() - began) / 60_000;
  let units = 0;
  let errorRate: number | undefined;
  for (const arm of ["stable", "canary"] as const) {
    const [before, now] = [first[arm], last[arm]];
    if (before && now) units += difference(before, now).increments.get(unitsRole("error-rate")) ?? 0;
  }
  const sum = (role: string) => last.stable?.counters.filter((counter) => counter.role === role).reduce((total, { value }) => total + value, 0) ?? 0;
  if (sum(unitsRole("error-rate")) > 0) errorRate = sum(badRole("error-rate")) / sum(unitsRole("error-rate"));
  return { perMinute: units / minutes, errorRate, last };
}

/** What to expect of a plan at some traffic, simulated on the code that decides: a good version, and one with `detect` times the errors. */
export function expectation({ rules, holdback, pollMs }: RolloutPlan, { perMinute, errorRate = 0.01 }: Traffic): { readonly good: Simulated; readonly bad: Simulated } {
  const judged = { ...rules, metrics: rules.metrics.filter(({ kind }) => kind === "rate") };
  const rates = (factor: number) => Object.fromEntries(judged.metrics.map(({ name }, index) => [name, { stable: errorRate, canary: index === 0 ? Math.min(1, errorRate * factor) : errorRate }]));
  const run = (factor: number) => simulate({ rules: judged, traffic: perMinute, rates: rates(factor), holdback, pollMs }, SIMS, 1);
  return { good: run(1), bad: run(rules.detect) };
}

export function stepWords(plan: RolloutPlan): string {
  return plan.rules.steps.map((_, step) => `${weightOf(plan, step)} %`).join(" → ") + `, ${formatDuration(plan.rules.stepMs)} each`;
}

/** What to expect, in lines. */
export function expectationWords({ perMinute, errorRate }: Traffic, { good, bad }: { good: Simulated; bad: Simulated }, detect: number): string {
  const rate = (value: number) => formatValue(value, "rate");
  const minutes = (value: number | null) => (value === null ? "–" : formatDuration(value * 60_000));
  return [
    `${Math.round(perMinute).toLocaleString("en-US")} requests a minute${errorRate === undefined ? "" : `, ${rate(errorRate)} errors`}; simulated ${good.sims} times on the code that decides:`,
    `  a version as good: rolled back ${rate(good.rolledBack)}, promoted after ${minutes(good.medianMinutes)} (median; 90 % within ${minutes(good.p90Minutes)}); steps ${good.stepMinutes.map(minutes).join(", ")}`,
    `  one with ${detect}× the errors: rolled back ${rate(bad.rolledBack)}${bad.medianCanaryRequests === null ? "" : `, after ${Math.round(bad.medianCanaryRequests)} requests of the canary (median)`}`,
  ].join("\n");
}
