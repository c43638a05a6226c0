import type { Gate } from "../config/gates.ts";
import type { AnswerMetrics } from "../evals/metrics/answerMetrics.ts";
import { INSTRUCTIONS } from "./instructions.ts";
import type { SeriesReport } from "./report.ts";
import { plural } from "./words.ts";

/** What was to be measured and could not be: said once, and no error of the run. */
export function noticesOf(series: readonly SeriesReport[], gates: readonly Gate[], unmoderated: AnswerMetrics["unmoderated"]): string[] {
  const run = series.filter(({ skipped }) => !skipped);
  const unchecked = gates.some(({ metric }) => metric === INSTRUCTIONS) ? run.filter(({ instructions = [] }) => instructions.length === 0) : [];
  return [
    ...(unmoderated ? [moderationNotice(run, unmoderated)] : []),
    ...unchecked.map(({ label }) => `${INSTRUCTIONS} is not measured: no instruction of ${label} can be checked. Write one into the prompt, or under instructions.also in llmops.yaml.`),
  ];
}

function moderationNotice(series: readonly SeriesReport[], { count, first }: NonNullable<AnswerMetrics["unmoderated"]>): string {
  const isMeasured = series.every(({ metrics }) => metrics.some(({ name, current }) => name === "toxicity" && current !== undefined));
  return `toxicity ${isMeasured ? "leaves some answers out" : "is not measured"}: ${plural(count, "answer")} could not be moderated (${first.replace(/\.$/, "")}).`;
}
