import type { Assertion, CaseOptions, Message } from "../model.ts";
import type { Provider } from "../providers/provider.ts";

/** What an assertion can ask a provider for. */
export type GraderKind = "text" | "embedding" | "moderation";

/** The providers that judge for one assertion of one row. Whatever keeps them from an answer is a `JudgeError`. */
export interface Grader {
  /**
   * Asks a model.
   * @param read the judgement in a reply; `undefined` where it cannot be read.
   * @param expected what a reply should have been, for people, such as `{pass, score, reason}`.
   * @param sample tells several answers to the same question apart.
   */
  ask<T>(messages: readonly Message[], read: (reply: string) => T | undefined | Promise<T | undefined>, expected: string, sample?: number): Promise<T>;
  /** The text's vector; never empty, every number finite. */
  embed(text: string): Promise<readonly number[]>;
  /** The categories that the text is flagged for. */
  moderate(text: string): Promise<readonly string[]>;
}

/** The provider that gives a kind, for an assertion of a test with these options. @throws {JudgeError} when there is none. */
export type FindGrader = (kind: GraderKind, assertion: Pick<Assertion, "grader">, options: Pick<CaseOptions, "grader">) => Promise<Provider>;
