import type { Turn } from "./instructions.ts";

/** What a judge is given to read, by the name of its tags. */
export interface JudgeRequest {
  readonly material: ReadonlyMap<string, string>;
  /** Everything else that was said: what to do with it, and how to reply. */
  readonly instructions: string;
}

/** Tags of LLMOps' own judge prompts: a name, and a mark that the material cannot know. */
const MARKED = /<([a-z]+(?:-\d+)?)-([0-9a-f]{12})>\n([\s\S]*?)\n<\/\1-\2>/g;
/** promptfoo's: an output, then a rubric. What looks like the border inside of the output is part of it. */
const PLAIN = /^\s*<Output>\s*([\s\S]*)\s*<\/Output>\s*<Rubric>\s*([\s\S]*?)\s*<\/Rubric>\s*$/;

/**
 * Reads a request to judge: one of LLMOps' own judge prompts, or one like promptfoo's that demands
 * `{pass, score, reason}` for an `<Output>` and a `<Rubric>`. `undefined` for any other request.
 */
export function readJudgeRequest(turns: readonly Turn[]): JudgeRequest | undefined {
  const last = turns.at(-1);
  if (last?.role !== "user") return undefined;
  const before = turns.slice(0, -1).map(({ text }) => text).join("\n");
  const marked = [...last.text.matchAll(MARKED)];
  const [mark] = marked.map((match) => match[2]);
  if (mark !== undefined && before.includes(mark) && marked.every((match) => match[2] === mark)) {
    return { material: new Map(marked.map((match) => [match[1]!, match[3]!])), instructions: before };
  }
  const plain = PLAIN.exec(last.text);
  const demands = /\bjson\b/i.test(before) && ["pass", "score", "reason"].every((key) => new RegExp(`\\b${key}\\b`).test(before));
  if (!plain || !demands) return undefined;
  return { material: new Map([["output", plain[1]!.trimEnd()], ["rubric", plain[2]!]]), instructions: before };
}
