import type { DerivedCheck } from "../instructions/derive.ts";
import { keptBy } from "../instructions/kept.ts";
import { callGrader } from "../judges/callGrader.ts";
import { type CaseOptions, JudgeError, type Measured } from "../model.ts";
import type { Provider } from "../providers/provider.ts";
import { answererOf, type Caller } from "../run/caller.ts";
import { Memo } from "./memo.ts";
import { profanity } from "./profanity.ts";

/** An answer that has been judged, to be measured by what every suite's answers are. */
export interface MeasuredAnswer {
  /** The prompt's identity in its suite. */
  readonly prompt: string | undefined;
  /** As the model gave it: instructions are about that. */
  readonly said: unknown;
  /** As it was judged, behind the suite's transforms: that is what people get to see. */
  readonly output: unknown;
  readonly options: Pick<CaseOptions, "grader">;
  readonly caller: Pick<Caller, "answer"> | undefined;
}

export interface AnswerMetrics {
  /** @throws when the run ends: its budget is used up, or it is cancelled. What cannot be measured is left out. */
  measure(answer: MeasuredAnswer): Promise<Measured>;
  /** Answers that should have been moderated and could not be, and the first one's reason. */
  readonly unmoderated: { readonly count: number; readonly first: string } | undefined;
}

/**
 * Instructions, profanity and toxicity of answers. A metric of every answer is added here.
 * @param checksOf the instructions by a prompt's identity.
 * @param moderatorOf who moderates for a test; `undefined`: nobody is named to.
 */
export function createAnswerMetrics({ checksOf, moderatorOf }: { readonly checksOf: (prompt: string) => readonly DerivedCheck[]; readonly moderatorOf: (options: Pick<CaseOptions, "grader">) => Provider | undefined }): AnswerMetrics {
  const moderated = new Memo<Promise<number | undefined>>();
  // Most answers measure alike, and what is held of each is held once.
  const alike = new Memo<Measured>();
  let unmoderated: AnswerMetrics["unmoderated"];

  const toxicity = async (text: string, options: Pick<CaseOptions, "grader">, caller: Pick<Caller, "answer">): Promise<number | undefined> => {
    try {
      const moderator = moderatorOf(options);
      if (!moderator) return undefined;
      if (text === "") return 0;
      const grader = callGrader({ find: () => Promise.resolve(moderator), caller, repeat: 0 });
      return await moderated.of(`${answererOf(moderator)}\n${text}`, async () => Number((await grader.moderate(text)).length > 0));
    } catch (error) {
      if (!(error instanceof JudgeError)) throw error;
      unmoderated = { count: (unmoderated?.count ?? 0) + 1, first: unmoderated?.first ?? error.message };
      return undefined;
    }
  };

  return {
    async measure({ prompt, said, output, options, caller }) {
      const text = output === null || output === undefined ? "" : typeof output === "string" ? output : JSON.stringify(output);
      const values = { "profanity-list": await profanity(text), toxicity: caller && (await toxicity(text, options, caller)) };
      const told = Object.entries(values).filter((entry): entry is [string, number] => entry[1] !== undefined);
      const kept = keptBy(prompt === undefined ? [] : checksOf(prompt), said);
      return alike.of(JSON.stringify([told, kept]), () => ({ values: Object.fromEntries(told), kept }));
    },
    get unmoderated() {
      return unmoderated;
    },
  };
}
