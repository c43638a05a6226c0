import type { InstructionInfo } from "../evals/instructions/checks.ts";
import { type CaseTally, judged } from "../evals/run/tally.ts";
import type { Arm } from "../evals/run/rows.ts";
import type { InstructionReport } from "./report.ts";
import { formatValue, shorten } from "./words.ts";

/** The metric that instructions are listed under. */
export const INSTRUCTIONS = "instruction-following";

/** By instruction, the share of the answers of each version that keep it. */
export function instructionReports(instructions: readonly InstructionInfo[], cases: readonly CaseTally[]): InstructionReport[] {
  return instructions.map((info, check) => {
    const current = told(cases, "current", check);
    return { ...info, baseline: share(told(cases, "baseline", check)), current: share(current), n: current.length };
  });
}

function told(cases: readonly CaseTally[], arm: Arm, check: number): boolean[] {
  return cases.flatMap((item) => item[arm].flatMap((sample) => (judged(sample) ? (sample.measured?.kept[check] ?? []) : [])));
}

function share(kept: readonly boolean[]): number | undefined {
  return kept.length === 0 ? undefined : kept.filter(Boolean).length / kept.length;
}

/** `json “Answer with JSON only.” (line 6 of the baseline's prompt): kept by 100.0 % → 0.0 %`. */
export function instructionSentence({ rule, sentence, origin, line, baseline, current }: InstructionReport): string {
  const whose = { baseline: "the baseline's prompt", prompt: "the prompt", suite: "llmops.yaml" }[origin];
  const place = line === undefined ? whose : `line ${line + 1} of ${whose}`;
  const shares = [...new Set([baseline, current].map((share) => (share === undefined ? undefined : formatValue(share, "rate"))))].filter((share) => share !== undefined);
  return `${rule} “${shorten(sentence)}” (${place}): ${shares.length === 0 ? "no answer tells" : `kept by ${shares.join(" → ")}`}`;
}
