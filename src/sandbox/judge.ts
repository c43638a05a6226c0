import type { Turn } from "./instructions.ts";
import { covered, judgeByCriterion, likeness } from "./judgeCriteria.ts";
import { type JudgeRequest, readJudgeRequest } from "./judgeRequest.ts";

/** From this share of its telling words on, a statement counts as borne out by a text. */
const BORNE_OUT_FROM = 0.6;
/** An answer that shares less with what was said before has nothing to do with it. */
const RELEVANT_FROM = 0.05;

/**
 * The sandbox as a judge: the reply to a judge prompt, or `undefined` for any other request. It judges by the
 * words of the material (see `judgeByCriterion`), the same at any temperature, and cannot be talked into a
 * verdict, since it follows no instruction in it.
 */
export function judgeReply(turns: readonly Turn[]): string | undefined {
  const request = readJudgeRequest(turns);
  return request && replyTo(request);
}

function replyTo({ material, instructions }: JudgeRequest): string | undefined {
  const of = (name: string) => material.get(name) ?? "";
  const has = (...names: string[]) => names.every((name) => material.has(name));
  if (has("output", "rubric")) return rubric(of("output"), of("rubric"));
  if (has("completion")) return String(1 + Math.round(4 * likeness(of("completion"), of("expected") || of("input") || of("completion"))));
  if (has("criterion", "output-0")) return best(of("criterion"), [...material].filter(([name]) => /^output-\d+$/.test(name)).map(([, text]) => text));
  if (has("criterion", "steps", "output")) return grade(of("output"), of("criterion"));
  if (has("criterion", "output")) return letter(of("output"), of("criterion"));
  if (has("reference", "output")) return relation(of("output"), of("reference"));
  if (has("criterion")) return JSON.stringify({ steps: ["Read the criterion.", "Look in the text for what it asks for.", "Grade how much of it is there."] });
  if (has("query", "context")) return needed(of("query"), of("context"));
  if (has("context", "statements")) return verdicts(of("context"), of("statements").split("\n"));
  if (has("context", "answer")) return attributions(of("context"), of("answer"));
  if (has("conversation")) return relevance(of("conversation"));
  if (has("question", "answer")) return sentencesOf(of("answer")).join("\n");
  if (has("answer") && /\bquestion\b/.test(instructions)) return `${(sentencesOf(of("answer"))[0] ?? "").replace(/[.!?]+$/, "")}?`;
  return undefined;
}

function rubric(output: string, criterion: string): string {
  const { reason, pass, score } = judgeByCriterion(output, criterion);
  return JSON.stringify({ reason, pass, score });
}

function grade(output: string, criterion: string): string {
  const { reason, score } = judgeByCriterion(output, criterion);
  return JSON.stringify({ score: Math.round(score * 10), reason });
}

function letter(output: string, criterion: string): string {
  const { reason, pass } = judgeByCriterion(output, criterion);
  return `${reason}\n${pass ? "Y" : "N"}`;
}

function best(criterion: string, outputs: readonly string[]): string {
  const scores = outputs.map((output) => judgeByCriterion(output, criterion).score);
  return String(scores.indexOf(Math.max(...scores)));
}

/** By which of the two texts has the words of the other; a negation that only one of them has is a disagreement. */
function relation(output: string, reference: string): string {
  const negated = (text: string) => /\b(?:not|no|never|none)\b|n't\b/i.test(text);
  const there = covered(reference, output) >= BORNE_OUT_FROM;
  const back = covered(output, reference) >= BORNE_OUT_FROM;
  const category = negated(output) !== negated(reference) || (!there && !back) ? "D" : there && back ? "C" : there ? "B" : "A";
  return JSON.stringify({ category, reason: `${Math.round(covered(reference, output) * 100)} % of the reference's words are in the output.` });
}

function needed(query: string, context: string): string {
  const quotes = sentencesOf(context).filter((sentence) => covered(query, sentence) > 0);
  return quotes.length === 0 ? "Insufficient Information" : quotes.join("\n");
}

function attributions(context: string, answer: string): string {
  return sentencesOf(answer)
    .map((sentence, index) => `${index + 1}. ${sentence} [${covered(sentence, context) >= BORNE_OUT_FROM ? "Attributed" : "Not Attributed"}]`)
    .join("\n");
}

function verdicts(context: string, statements: readonly string[]): string {
  const answers = statements.map((statement) => (covered(statement.replace(/^\d+\.\s*/, ""), context) >= BORNE_OUT_FROM ? "Yes" : "No"));
  return `${statements.map((statement, index) => `${statement} Verdict: ${answers[index]}.`).join("\n")}\nFinal verdict for each statement in order: ${answers.join(". ")}.`;
}

function relevance(conversation: string): string {
  const at = conversation.lastIndexOf("\nassistant: ");
  const alike = likeness(conversation.slice(0, at), conversation.slice(at + "\nassistant: ".length));
  return JSON.stringify(alike >= RELEVANT_FROM ? { verdict: "yes" } : { verdict: "no", reason: "The last answer shares no words with what was said before." });
}

function sentencesOf(text: string): string[] {
  return text
    .split(/\n+|(?<=[.!?])\s+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== "");
}
