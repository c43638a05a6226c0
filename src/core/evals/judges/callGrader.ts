import { type Caller, cacheKey } from "../run/caller.ts";
import { type Answer, JudgeError, type Message } from "../model.ts";
import { type Call, CallError, type Provider } from "../providers/provider.ts";
import type { Grader, GraderKind } from "./grader.ts";

export interface CallGraderOptions {
  /** @throws {JudgeError} when nobody can be asked. */
  readonly find: (kind: GraderKind) => Promise<Provider>;
  /** The run's: judges are cached, counted, limited and cancelled as the questions are. */
  readonly caller: Pick<Caller, "answer">;
  /** A model's opinion is drawn anew in every repeat, as an answer is; vectors and flags are the same in all. */
  readonly repeat: number;
}

export function callGrader({ find, caller, repeat }: CallGraderOptions): Grader {
  const answerOf = async (provider: Provider, call: Pick<Call, "messages" | "text">, salt: string, drawn: number, refresh = false): Promise<Answer> => {
    try {
      const prepared = provider.prepare({ ...call, vars: {}, overrides: {} });
      return await caller.answer(cacheKey(`judge ${salt}\n${prepared.identity}`, drawn), provider, () => prepared, refresh);
    } catch (error) {
      if (error instanceof CallError) throw new JudgeError(`The judge ${provider.key} did not answer: ${error.message}`);
      throw error;
    }
  };

  return {
    async ask(messages, read, expected, sample = 0) {
      const provider = await find("text");
      const call = { messages, text: textOf(messages) };
      let answer = await answerOf(provider, call, String(sample), repeat);
      let found = await read(replyOf(answer));
      if (found === undefined && answer.cached) {
        // What could not be read is not kept: the judge may do better now.
        answer = await answerOf(provider, call, String(sample), repeat, true);
        found = await read(replyOf(answer));
      }
      if (found === undefined) throw new JudgeError(`The judge ${provider.key} answered no ${expected}${excerpt(replyOf(answer))}`);
      return found;
    },
    async embed(text) {
      const provider = await find("embedding");
      const { output } = await answerOf(provider, { messages: [], text }, "embedding", 0);
      return output as readonly number[];
    },
    async moderate(text) {
      const provider = await find("moderation");
      const { output } = await answerOf(provider, { messages: [], text }, "moderation", 0);
      return output as readonly string[];
    },
  };
}

/** For providers that take a text: the message itself where there is one of the user only. */
function textOf(messages: readonly Message[]): string {
  const [only, ...more] = messages;
  return only?.role === "user" && more.length === 0 && typeof only.content === "string" ? only.content : JSON.stringify(messages);
}

function replyOf({ output }: Answer): string {
  return output === null || output === undefined ? "" : typeof output === "string" ? output : JSON.stringify(output);
}

function excerpt(reply: string): string {
  const line = reply.replace(/\s+/g, " ").trim();
  if (line === "") return ": its reply is empty.";
  return `: ${JSON.stringify(line.length > 160 ? `${line.slice(0, 160)}…` : line)}`;
}
