import { isDeepStrictEqual } from "node:util";
import { type HookContext, HookError, type Hooks } from "../hooks/hooks.ts";
import { isRecord } from "../suite/source.ts";
import { measuredValues, type PromptfooRow, promptfooRow } from "./promptfooRow.ts";
import type { Arm, Row } from "./rows.ts";
import type { Judged } from "./tally.ts";

export type AfterEach = (row: Row, arm: Arm, sample: Judged) => Promise<Judged>;

/**
 * Hands each result to the suite's `afterEach` hooks, in promptfoo's form, and takes what they say of it: named scores
 * are metrics, metadata is kept with the result. Nothing else changes. A hook that fails makes the row an error.
 */
export function createAfterEach(hooks: Hooks, signal: AbortSignal): AfterEach {
  return async (row, arm, sample) => {
    const given = resultOf(row, arm, sample);
    try {
      const { result } = await hooks.call("afterEach", { test: row.current.asked.written, result: given }, merged, signal);
      const metadata = Object.fromEntries(Object.entries(result.metadata).filter(([key, value]) => !isDeepStrictEqual(value, given.metadata[key])));
      return { ...sample, metrics: result.namedScores, ...(Object.keys(metadata).length > 0 ? { metadata } : {}) };
    } catch (error) {
      if (!(error instanceof HookError)) throw error;
      return { ...sample, status: "error", score: 0, metrics: {}, reason: error.message, components: [] };
    }
  };
}

/** As in promptfoo: a hook that returns no result changes nothing. */
function merged<C extends { readonly result: PromptfooRow }>(before: C, { result: said }: HookContext, extension: HookError["extension"]): C {
  if (!isRecord(said)) return before;
  const { namedScores, metadata } = { namedScores: isRecord(said["namedScores"]) ? said["namedScores"] : {}, metadata: isRecord(said["metadata"]) ? said["metadata"] : {} };
  const wrong = Object.entries(namedScores).find(([, score]) => !Number.isFinite(score));
  if (wrong) throw new HookError(extension, `afterEach of ${extension.written} gave the score ${wrong[0]}: ${JSON.stringify(wrong[1])}, which is no number.`);
  return { ...before, result: { ...before.result, namedScores: { ...before.result.namedScores, ...namedScores }, metadata: { ...before.result.metadata, ...metadata } } };
}

function resultOf({ current, series, test, repeat, ...row }: Row, arm: Arm, sample: Judged): PromptfooRow {
  const question = arm === "current" ? current : row.baseline ?? current;
  const { prompt, provider, providerId } = question.side;
  const { text, vars } = question.key === undefined ? { text: "", vars: test.vars } : question.prepare();
  const written = promptfooRow({ ...sample, test, prompt, repeat, column: series, provider: undefined, promptText: text, vars, measured: measuredValues(sample.measured), components: sample.components });
  return { ...written, provider: { id: providerId ?? provider.key, label: providerId === provider.key ? "" : provider.key }, testCase: current.asked.written };
}
