import type { AssertionDefinition, GradeContext } from "../assertions/definition.ts";
import { JudgeError, type Message } from "../model.ts";
import { atLeast, graderOf, ownPrompt, promptOf } from "./judgement.ts";
import { question } from "./question.ts";
import { replyObject, textIn } from "./reply.ts";

const THRESHOLD = 0.5;
const WINDOW = 5;

interface Turn {
  readonly input: unknown;
  readonly output: unknown;
}

/**
 * The share of a conversation's answers that are relevant to what was said before, each judged with at most
 * four exchanges before it (`config.windowSize`). The conversation is the variable `_conversation`, a list of
 * `{input, output}`; without it the prompt and the output.
 */
export const conversationRelevance: AssertionDefinition = {
  asks: ["text"],
  async grade(context) {
    const turns = turnsOf(context);
    const size = context.assertion.config["windowSize"];
    const window = typeof size === "number" && size >= 1 ? Math.floor(size) : WINDOW;
    const verdicts = [];
    for (const index of turns.keys()) verdicts.push(await judgeLast(context, turns.slice(Math.max(0, index - window + 1), index + 1)));
    const relevant = verdicts.filter((verdict) => verdict.relevant).length;
    const grade = atLeast(context, relevant / turns.length, context.assertion.threshold ?? THRESHOLD, "Conversation relevance");
    const why = verdicts.find((verdict) => !verdict.relevant)?.reason;
    return { ...grade, reason: `${grade.reason}: ${relevant} of ${turns.length} answers${why === undefined ? "" : `. ${why}`}` };
  },
};

function judgeLast(context: GradeContext, turns: readonly Turn[]): Promise<{ relevant: boolean; reason: string | undefined }> {
  const conversation = turns.map(({ input, output }) => `user: ${said(input)}\nassistant: ${said(output)}`).join("\n");
  const own = ownPrompt(context);
  // promptfoo hands the exchanges to a question of the suite's own as they are, to be looped over.
  const messages: Message[] = typeof own === "string" ? [{ role: "user", content: filled(context, own, turns) }] : question({
    task: "You read a part of a conversation. Decide whether the last message of the assistant is relevant to what was said before. Say no only when it has nothing to do with it; a vague answer to a vague message is relevant.",
    material: { conversation },
    reply: 'Reply with one JSON object and nothing else: {"verdict": "yes" or "no", "reason": "<one sentence, for no only>"}.',
  });
  return graderOf(context).ask(messages, readVerdict, '{verdict: "yes" or "no"}');
}

async function readVerdict(reply: string): Promise<{ relevant: boolean; reason: string | undefined } | undefined> {
  const found = await replyObject(reply);
  const verdict = found?.["verdict"];
  return verdict === "yes" || verdict === "no" ? { relevant: verdict === "yes", reason: textIn(found?.["reason"]) } : undefined;
}

function filled({ row }: GradeContext, own: string, messages: readonly Turn[]): string {
  try {
    return row.render(own, { ...row.vars, messages });
  } catch (error) {
    throw new JudgeError(`The rubricPrompt cannot be filled in: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function turnsOf(context: GradeContext): readonly Turn[] {
  const given: unknown = context.row.vars["_conversation"];
  if (Array.isArray(given) && given.length > 0) {
    if (given.every((turn): turn is Turn => turn !== null && typeof turn === "object" && "input" in turn && "output" in turn)) return given;
    throw new JudgeError(`${context.type} needs a list of {input, output} as the variable "_conversation".`);
  }
  return [{ input: promptOf(context), output: context.text }];
}

function said(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
