import { quantile } from "../../regression/statistics/quantile.ts";
import { createRandom, type Random } from "../../regression/statistics/random.ts";
import { decide } from "../decision/decide.ts";
import type { Counts } from "../decision/evidence.ts";
import type { DecisionRules } from "../decision/rules.ts";
import { enterStep, newState, observe, type RateObservation } from "../decision/state.ts";
import { binomial, CALM, type Conditions, poisson, trafficAt } from "./traffic.ts";

export interface Scenario {
  readonly rules: DecisionRules;
  /** Requests a minute, both versions together. */
  readonly traffic: number;
  /** By metric: the rates of bad units, 0 … 1. */
  readonly rates: Readonly<Record<string, { readonly stable: number; readonly canary: number }>>;
  /** Share of the traffic that stays on the stable version in the last step, 0 … 1. */
  readonly holdback: number;
  /** Between polls, ms. */
  readonly pollMs: number;
  readonly conditions?: Conditions;
  /** The canary's rates hold from this step on (0: at once); before it they are the stable version's. */
  readonly faultFrom?: number;
  /** Units that fail or succeed together, such as retries counted one by one; 1: none. */
  readonly clustered?: number;
}

export interface Simulated {
  readonly sims: number;
  /** Shares of the simulations. */
  readonly rolledBack: number;
  readonly promoted: number;
  /** Came to no decision within the longest time of a step. */
  readonly held: number;
  /** Of those rolled back: the canary's requests since the fault began; null without any. */
  readonly medianCanaryRequests: number | null;
  /** Of those promoted: from the first request to the end of the bake; null without any. */
  readonly medianMinutes: number | null;
  readonly p90Minutes: number | null;
  /** Median minutes of each step, of those promoted. */
  readonly stepMinutes: readonly (number | null)[];
}

interface Outcome {
  readonly end: "rolledBack" | "promoted" | "held";
  readonly canaryRequests: number;
  readonly minutes: number;
  readonly stepMinutes: readonly number[];
}

const MINUTE = 60_000;

/** Runs rollouts on made-up traffic, decided by the code that decides real ones. The same seed gives the same result. */
export function simulate(scenario: Scenario, sims: number, seed: number): Simulated {
  const random = createRandom(seed);
  const outcomes = Array.from({ length: sims }, () => simulateOne(scenario, random));
  const share = (end: Outcome["end"]) => outcomes.filter((outcome) => outcome.end === end).length / sims;
  const promoted = outcomes.filter(({ end }) => end === "promoted");
  const minutes = promoted.map((outcome) => outcome.minutes);
  return {
    sims,
    rolledBack: share("rolledBack"),
    promoted: share("promoted"),
    held: share("held"),
    medianCanaryRequests: quantileOf(outcomes.filter(({ end }) => end === "rolledBack").map((outcome) => outcome.canaryRequests), 0.5),
    medianMinutes: quantileOf(minutes, 0.5),
    p90Minutes: quantileOf(minutes, 0.9),
    stepMinutes: scenario.rules.steps.map((_, step) => quantileOf(promoted.map((outcome) => outcome.stepMinutes[step]!), 0.5)),
  };
}

function simulateOne(scenario: Scenario, random: Random): Outcome {
  const { rules, pollMs, holdback, conditions = CALM, faultFrom = 0 } = scenario;
  const state = newState(rules);
  const phase = random.uniform() * 1440;
  const stepMinutes: number[] = [];
  let canaryRequests = 0;
  for (let at = 0; ; ) {
    const weight = Math.min(rules.steps[state.step]! / 100, 1 - holdback);
    const requests = (scenario.traffic * pollMs * trafficAt(random, conditions, at / MINUTE, phase)) / MINUTE;
    const canary = poisson(random, requests * weight);
    const stable = poisson(random, requests * (1 - weight));
    const isFaulty = state.step >= faultFrom;
    if (isFaulty) canaryRequests += canary;
    const outage = inOutage(conditions, at / MINUTE);
    const observations: Record<string, RateObservation> = {};
    for (const { name } of rules.metrics) {
      const rates = scenario.rates[name]!;
      const count = (units: number, rate: number): Counts => ({ units, bad: badOf(random, units, outage ?? rate, scenario.clustered ?? 1) });
      observations[name] = { canary: count(canary, isFaulty ? rates.canary : rates.stable), stable: count(stable, rates.stable) };
    }
    at += pollMs;
    observe(state, rules, observations, pollMs);
    const { verdict, overdue } = decide(state, rules);
    if (verdict === "breach") return { end: "rolledBack", canaryRequests, minutes: at / MINUTE, stepMinutes };
    if (overdue) return { end: "held", canaryRequests, minutes: at / MINUTE, stepMinutes };
    if (verdict === "insufficient") continue;
    stepMinutes.push(state.waitedMs / MINUTE);
    if (state.step === rules.steps.length - 1) return { end: "promoted", canaryRequests, minutes: at / MINUTE, stepMinutes };
    enterStep(state, rules, state.step + 1);
  }
}

function inOutage({ outage }: Conditions, minute: number): number | undefined {
  return outage && minute >= outage.from && minute < outage.from + outage.minutes ? outage.rate : undefined;
}

function badOf(random: Random, units: number, rate: number, size: number): number {
  if (size === 1) return binomial(random, units, rate);
  const groups = Math.floor(units / size);
  return size * binomial(random, groups, rate) + (random.uniform() < rate ? units - groups * size : 0);
}

function quantileOf(values: readonly number[], q: number): number | null {
  return values.length === 0 ? null : quantile(values, q);
}
