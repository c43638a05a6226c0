import type { Prompt } from "../model.ts";
import { loadLanguages } from "./language.ts";
import { type Keeps, RULES } from "./rules.ts";
import { instructionSentences } from "./sentences.ts";

/** A check that the engine reads out of a prompt, in the spirit of IFEval's verifiable instructions (arXiv 2311.07911). */
export interface DerivedCheck {
  readonly rule: string;
  /** The instruction as it is written. */
  readonly sentence: string;
  readonly keeps: Keeps;
}

/** The checks of a prompt: of its text, or of the system's and user's messages of a chat. Answers of examples are none. */
export async function deriveChecks({ template }: Pick<Prompt, "template">): Promise<DerivedCheck[]> {
  await loadLanguages();
  const checks = instructionTexts(template)
    .flatMap(instructionSentences)
    .flatMap(({ text }) => RULES.flatMap((rule): DerivedCheck[] => {
      const keeps = rule.read(text);
      return keeps ? [{ rule: rule.name, sentence: text, keeps }] : [];
    }));
  return checks.filter((check, index) => checks.findIndex((other) => other.rule === check.rule && other.sentence === check.sentence) === index);
}

function instructionTexts(template: string): string[] {
  if (!template.trimStart().startsWith("[")) return [template];
  try {
    const messages = JSON.parse(template) as { role?: unknown; content?: unknown }[];
    return messages.flatMap(({ role, content }) => (role !== "assistant" && typeof content === "string" ? [content] : []));
  } catch {
    return [template];
  }
}

/** Share of the checks that an output keeps, 0 … 1; `undefined` where none can be told. */
export function keptShare(checks: readonly DerivedCheck[], output: string): number | undefined {
  const told = checks.map(({ keeps }) => keeps(output)).filter((kept) => kept !== undefined);
  return told.length === 0 ? undefined : told.filter(Boolean).length / told.length;
}
