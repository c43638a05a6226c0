import type { Prompt } from "../model.ts";
import { loadLanguages } from "./language.ts";
import { type Keeps, RULES } from "./rules.ts";
import { instructionSentences } from "./sentences.ts";

/** A check that the engine reads out of an instruction, in the spirit of IFEval's verifiable instructions (arXiv 2311.07911). */
export interface DerivedCheck {
  readonly rule: string;
  /** The instruction as it is written. */
  readonly sentence: string;
  readonly keeps: Keeps;
}

/**
 * The checks of a prompt: of its text, or of the system's and user's messages of a chat. Answers of examples are none,
 * nor is what stands in code that makes a prompt: it may say it, or not.
 */
export function deriveChecks({ template, code }: Pick<Prompt, "template" | "code">): Promise<DerivedCheck[]> {
  return checksIn(code ? [] : instructionTexts(template));
}

/** The checks of instructions in words; of one that stands twice the first. */
export async function checksIn(texts: readonly string[]): Promise<DerivedCheck[]> {
  const checks = texts
    .flatMap(instructionSentences)
    .flatMap(({ text }) => RULES.flatMap((rule): DerivedCheck[] => {
      const keeps = rule.read(text);
      return keeps ? [{ rule: rule.name, sentence: text, keeps }] : [];
    }));
  if (checks.some(({ rule }) => rule === "language")) await loadLanguages();
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
