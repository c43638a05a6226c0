import type { Suite } from "../../evals/model.ts";
import { conversationOf, variablesOf } from "../messages.ts";
import type { Span, Value } from "../span.ts";
import { markedPrompts } from "./variables.ts";

/** A case as it is written into a suite. */
export interface NewCase {
  readonly vars: Readonly<Record<string, Value>>;
  /** What the answer should be, for the case's own assertion; where the suite's cases have a variable for it, it is in `vars`. */
  readonly expected: string | undefined;
  /** With its `id`: the trace's and the span's. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface CaseOptions {
  /** Set instead of what the trace gives. */
  readonly vars: Readonly<Record<string, string>>;
  /** The right answer; what the model answered without it, for a person to edit. */
  readonly expected: string | undefined;
}

/** Thrown where a span gives no case; its message says what to do. */
export class NoCase extends Error {
  constructor(message: string) {
    super(message);
    this.name = "NoCase";
  }
}

export function caseId({ traceId, spanId }: Pick<Span, "traceId" | "spanId">): string {
  return `${traceId}/${spanId}`;
}

/**
 * The case that repeats a call. Its variables are what the span says, else what the suite's prompts make the same
 * messages of, else, of a suite with one, the last message of the user's. @throws {NoCase}
 */
export async function caseOf(span: Span, { prompts, cases }: Pick<Suite, "prompts" | "cases">, options: CaseOptions): Promise<NewCase> {
  const { input, output } = conversationOf(span);
  const names = [...new Set(cases.slice(0, 1000).flatMap(({ vars }) => Object.keys(vars)))];
  const { used, variablesOf: reversed } = await markedPrompts(prompts, names);
  const wanted = names.filter((name) => used.has(name));
  const [only] = wanted;
  const question = input.findLast(({ role }) => role === "user")?.content;
  const found = variablesOf(span) ?? reversed(input) ?? (wanted.length === 1 && only !== undefined && question !== undefined ? { [only]: question } : undefined);
  const vars: Record<string, Value> = { ...found, ...options.vars };
  const missing = wanted.filter((name) => !Object.hasOwn(vars, name));
  if (Object.keys(vars).length === 0 || missing.length > 0) {
    const why = input.length === 0 ? "The span has no messages: its sender does not record them." : "The prompts of the suite do not make the span's messages.";
    throw new NoCase(`${why} Give the variables: ${(missing.length > 0 ? missing : ["NAME"]).map((name) => `--var ${name}=…`).join(" ")}`);
  }
  const expected = options.expected ?? output;
  if (expected === undefined) throw new NoCase("The span has no output to start from. Give what is expected: --expected TEXT");
  // What the cases have and no prompt uses is what their assertions compare with.
  const [holder, ...others] = names.filter((name) => !used.has(name));
  const isHeld = holder !== undefined && others.length === 0 && !Object.hasOwn(vars, holder);
  const service = span.resource["service.name"];
  return {
    vars: isHeld ? { ...vars, [holder]: expected } : vars,
    expected: isHeld ? undefined : expected,
    metadata: { id: caseId(span), ...(span.model === undefined ? {} : { model: span.model }), ...(typeof service === "string" ? { service } : {}) },
  };
}
