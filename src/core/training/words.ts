import type { TrainingConfig } from "../config/schema.ts";
import { formatInterval, formatP, formatValue, plural, sampleSize } from "../regression/words.ts";
import type { TrainingRecord } from "../store/training/trainings.ts";
import type { DataReport } from "./checks/report.ts";
import type { Decision } from "./decision/decide.ts";
import type { Plan } from "./decision/plan.ts";

/** One voice for the editor and the terminal: how trainings and their data are put into words. */

/** What a decision will be made by. */
export function planSentences({ metric, cases, repeats, detectable, rules }: Plan, { minImprovement }: Pick<TrainingConfig, "minImprovement">): string[] {
  const asked = "points" in minImprovement ? `${minImprovement.points} points` : `${minImprovement.relative * 100} %`;
  return [
    `${metric} must improve by more than ${asked}, as a one-sided 95 % bound over ${sampleSize(cases, repeats)}.${detectable === undefined ? "" : ` An improvement that is ${(detectable * 100).toFixed(1)} points larger is found 4 times in 5.`}`,
    ...rules.map(({ metric: name, rule, casesNeeded }) => (rule === "non-inferior" ? `${name} must be shown to be no worse than its tolerance.` : `${name} must not be proven worse${casesNeeded === undefined ? "" : `; to show that it is no worse takes about ${casesNeeded} cases`}.`)),
  ];
}

/** Why data is not learnt from. */
export function refusal({ groups }: Pick<DataReport, "groups">): string {
  const bad = groups.filter(({ severity }) => severity === "error");
  const [first] = bad.flatMap(({ findings }) => findings);
  const counts = bad.map(({ code, count }) => `${count} × ${code}`).join(", ");
  return `The data is refused: ${counts}. ${first?.line === undefined ? "" : `Line ${first.line + 1}: `}${first?.message ?? ""}`.trim();
}

/** `120 rows, about 4933 tokens, chat; 3 added, 1 edited since 41d910e`. */
export function dataSentence({ rows, tokens, shape, changes }: DataReport): string {
  const parts = changes ? (["added", "removed", "edited"] as const).filter((kind) => changes[kind] > 0).map((kind) => `${changes[kind]} ${kind}`) : [];
  const since = changes ? `; ${parts.length > 0 ? parts.join(", ") : "no row differs"} since ${changes.since.slice(0, 7)}` : "";
  return `${plural(rows, "row")}, about ${plural(tokens, "token")}${shape ? `, ${shape}` : ""}${since}`;
}

/** How the rows differ from the version before, a line each: `length  KS D 0.024, p 0.31 (1200 and 1300 rows)`. */
export function driftLines({ drift }: Pick<DataReport, "drift">): string[] {
  return drift.map(({ feature, statistic, value, p, n, drifted }) => `${feature}  ${STATISTICS[statistic]} ${value.toFixed(3)}${p === undefined ? "" : `, ${formatP(p)}`} (${n[0]} and ${n[1]} rows)${drifted === undefined ? ": too few rows to tell drift" : drifted ? ": drift" : ""}`);
}

const STATISTICS = { ks: "KS D", psi: "PSI", "jensen-shannon": "Jensen–Shannon" } as const;

/** All findings, worst first: `2 × leakage (error), 4 × language (information)`. */
export function findingsSentence({ groups }: Pick<DataReport, "groups">): string {
  return groups.length === 0 ? "Nothing was found." : `${groups.map(({ code, count, severity }) => `${count} × ${code} (${severity})`).join(", ")}.`;
}

/** What became of a training, in a line. */
export function stateSentence({ state, reason, model, cancelledBy }: TrainingRecord): string {
  switch (state) {
    case "preparing":
      return "The data is checked.";
    case "submitting":
      return "The job is submitted.";
    case "training":
      return cancelledBy === undefined ? "It trains." : "It is being cancelled.";
    case "evaluating":
      return `${model} is compared with the model in use.`;
    case "better":
      return `${model} is better than the model in use.`;
    case "not-better":
      return `${model} is not promoted: ${reason ?? "it is not better"}`;
    default:
      return reason ?? state;
  }
}

/** `accuracy 31.7 % → 88.3 %`; empty before there is a decision. */
export function figuresOf({ decision }: Pick<TrainingRecord, "decision">): string {
  const { rows } = decision === undefined ? { rows: [] } : (JSON.parse(decision) as Decision);
  const [first] = rows;
  return first?.production === undefined || first.candidate === undefined ? "" : `${first.metric} ${formatValue(first.production, first.unit)} → ${formatValue(first.candidate, first.unit)}`;
}

/** The conditions of a decision, a line each. */
export function decisionLines({ rows, slices, broke, fixed, plan }: Decision): string[] {
  return [
    ...rows.map(({ metric, unit, production, candidate, interval, holds, because }) => {
      const values = production === undefined || candidate === undefined ? "not measured" : `${formatValue(production, unit)} → ${formatValue(candidate, unit)}${interval ? ` (${formatInterval(interval, unit)}${unit === "rate" ? " points" : ""}, 90 % CI)` : ""}`;
      return `${holds ? "✓" : "✗"} ${metric}  ${values}  ${because}`;
    }),
    `${plural(broke, "case")} broke, ${fixed} fixed (${sampleSize(plan.cases, plan.repeats)}).`,
    ...slices.filter(({ isWorse }) => isWorse).map(({ name, cases, production, candidate }) => `✗ ${name}  ${formatValue(production, "rate")} → ${formatValue(candidate, "rate")} over ${plural(cases, "case")}: proven worse`),
  ];
}
