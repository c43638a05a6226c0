import { formatDuration, formatValue } from "../regression/words.ts";
import type { Decision, MetricVerdict, WaitsFor } from "./decision/decide.ts";
import { unitsNeeded } from "./decision/needed.ts";
import type { DecisionRules } from "./decision/rules.ts";
import type { DecisionState } from "./decision/state.ts";
import type { SlowEdges } from "./metrics/latency.ts";

/** A metric at a poll, as it is stored and drawn: counts over the whole rollout and of this step, evidence against its bar. */
export interface MetricView extends MetricVerdict {
  readonly kind: "rate" | "score";
  readonly canary: { readonly units: number; readonly bad: number };
  readonly stable: { readonly units: number; readonly bad: number };
  readonly step: { readonly canary: { readonly units: number; readonly bad: number }; readonly stable: { readonly units: number; readonly bad: number } };
  /** More canary units until it is healthy, about. */
  readonly needed?: number;
  readonly slow?: SlowEdges;
}

export function metricViews(state: DecisionState, rules: DecisionRules, decision: Decision, slow: Readonly<Record<string, SlowEdges>>): MetricView[] {
  return decision.metrics.map((verdict) => {
    const { canary, stable, step } = state.metrics[verdict.name]!;
    const kind = rules.metrics.find(({ name }) => name === verdict.name)!.kind;
    const needed = verdict.verdict === "insufficient" ? unitsNeeded(state, rules, verdict.name) : undefined;
    return { ...verdict, kind, canary: { ...canary }, stable: { ...stable }, step: structuredClone(step), ...(needed === undefined ? {} : { needed }), ...(slow[verdict.name] ? { slow: slow[verdict.name] } : {}) };
  });
}

/** Why a poll decided as it did, in one line. */
export function pollSentence(decision: Decision, metrics: readonly MetricView[], notes: readonly string[]): string {
  const said = metrics.map((metric) => metricWords(metric, decision));
  const waits = decision.waitsFor.map((waitsFor) => waitWords(waitsFor, metrics));
  return [`${decision.verdict}: ${said.join("; ")}`, ...(waits.length > 0 ? [`waits for ${waits.join(", ")}`] : []), ...notes].join(" · ");
}

/** `error-rate 6.2 % vs 1.0 % (of 212 and 4,012), evidence 61 of 60`. */
export function metricWords({ name, canary, stable, breach, because, slow }: MetricView, { breachBar }: Pick<Decision, "breachBar">): string {
  const of = (units: number) => units.toLocaleString("en-US");
  const rate = ({ units, bad }: { units: number; bad: number }) => (units === 0 ? "–" : formatValue(bad / units, "rate"));
  const why = because === "max" ? ", above its max" : because === "catastrophe" ? ", more than half of its requests" : "";
  return `${slow ? `${name} (slow: over ${slow.canary} against ${slow.stable})` : name} ${rate(canary)} vs ${rate(stable)} (of ${of(canary.units)} and ${of(stable.units)}), evidence ${formatEvidence(breach)} of ${formatEvidence(breachBar)}${why}`;
}

export function formatEvidence(value: number): string {
  return value >= 1000 ? value.toExponential(0).replace("e+", "e") : value >= 10 ? value.toFixed(0) : value.toFixed(1);
}

function waitWords(waitsFor: WaitsFor, metrics: readonly MetricView[]): string {
  switch (waitsFor.kind) {
    case "time":
      return `${formatDuration(waitsFor.ms)} more of this step`;
    case "requests":
      return `${waitsFor.count} more requests of the canary`;
    case "evidence": {
      const needed = metrics.find(({ name }) => name === waitsFor.metric)?.needed;
      return needed === undefined ? `evidence on ${waitsFor.metric}` : `≈ ${needed.toLocaleString("en-US")} more requests for ${waitsFor.metric}`;
    }
  }
}
