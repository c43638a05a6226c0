import { LineIndex } from "../../config/positions.ts";
import type { InstructionsConfig } from "../../config/schema.ts";
import type { Location } from "../../problem.ts";
import type { Prompt, Suite } from "../model.ts";
import { checksIn, type DerivedCheck, deriveChecks } from "./derive.ts";

/** An instruction that every answer is checked by, as it is shown to people. */
export interface InstructionInfo {
  readonly rule: string;
  /** As it is written. */
  readonly sentence: string;
  /** Whose it is: the baseline's prompt gives it, today's (where there is no baseline), or `llmops.yaml`. */
  readonly origin: "baseline" | "prompt" | "suite";
  /** Where it stands in today's prompt; `undefined`: it does not any more, or it is the suite's own. */
  readonly location: Location | undefined;
  /** Its line in the prompt it was read out of, from 0; `undefined` where it is not written there as it is read. */
  readonly line: number | undefined;
}

export interface InstructionCheck extends DerivedCheck {
  readonly info: InstructionInfo;
}

type Read = Pick<Suite, "prompts" | "files">;

/**
 * What the answers to each prompt are checked by, by the prompt's identity. The baseline's prompt decides, for both
 * versions: else a deleted constraint would raise the score. A prompt that the baseline does not have decides for itself.
 */
export async function instructionChecks(current: Read, baseline: Read | undefined, { derive = true, except = [], also = [] }: InstructionsConfig = {}): Promise<ReadonlyMap<string, readonly InstructionCheck[]>> {
  const left = new Set(except);
  const own = (await checksIn(also)).map((check) => ({ ...check, info: infoOf(check, "suite", undefined, undefined) }));
  const ofPrompt = async (prompt: Prompt): Promise<InstructionCheck[]> => {
    const before = baseline?.prompts.find(({ key }) => key === prompt.key);
    const source = before ?? prompt;
    const origin = before ? "baseline" : "prompt";
    const derived = derive ? (await deriveChecks(source)).filter(({ rule, sentence }) => !left.has(rule) && !left.has(sentence)) : [];
    return [...derived.map((check) => ({ ...check, info: infoOf(check, origin, placeOf(check, prompt, current), placeOf(check, source, before && baseline ? baseline : current)?.range.start.line) })), ...own];
  };
  return new Map(await Promise.all(current.prompts.map(async (prompt) => [prompt.key, await ofPrompt(prompt)] as const)));
}

function infoOf({ rule, sentence }: DerivedCheck, origin: InstructionInfo["origin"], location: Location | undefined, line: number | undefined): InstructionInfo {
  return { rule, sentence, origin, location, line };
}

/** Where a sentence stands in a prompt's file: as it is, or escaped in JSON. */
export function placeOf({ sentence }: Pick<DerivedCheck, "sentence">, { location: { file, range } }: Prompt, { files }: Read): Location | undefined {
  const text = files.get(file);
  if (text === undefined) return undefined;
  const index = new LineIndex(text);
  const [from, to] = [index.offset(range.start), index.offset(range.end)];
  for (const written of [sentence, JSON.stringify(sentence).slice(1, -1)]) {
    const at = text.indexOf(written, from);
    if (at >= 0 && at < to) return { file, range: index.range(at, at + written.length) };
  }
  return undefined;
}
