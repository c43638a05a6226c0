import { placeAt } from "../../../src/core/evals/suite/source.ts";
import assert from "node:assert/strict";
import nunjucks from "nunjucks";
import { createJudge } from "../../../src/core/evals/assertions/gradeRow.ts";
import type { GraderKind } from "../../../src/core/evals/judges/grader.ts";
import { type Answer, type Assertion, type AssertionNode, type Case, type CaseOptions, JudgeError, type Message, type RowGrade } from "../../../src/core/evals/model.ts";
import type { PreparedCall, Provider } from "../../../src/core/evals/providers/provider.ts";
import type { Caller } from "../../../src/core/evals/run/caller.ts";
import type { SuiteCode } from "../../../src/core/evals/suiteCode/pool.ts";
import { START } from "../../../src/core/problem.ts";

const templates = new nunjucks.Environment(null, { autoescape: false });
export const render = (text: string, vars: object) => templates.renderString(text, vars);

export function assertion(type: string, value?: unknown, more: Partial<Assertion> = {}): Assertion {
  return { kind: "assertion", type, value, threshold: undefined, weight: 1, metric: undefined, config: {}, place: placeAt({ file: "suite.yaml", range: START }), ...more };
}

export function caseOf(assert: readonly AssertionNode[], vars: Record<string, unknown> = {}, options: Partial<CaseOptions> = {}): Case {
  return {
    id: "c",
    index: 0,
    description: undefined,
    vars,
    assert,
    threshold: undefined,
    options: { prefix: undefined, suffix: undefined, repeat: undefined, provider: {}, ...options },
    metadata: {},
    prompts: undefined,
    providers: undefined,
    providerOutput: undefined,
    place: placeAt({ file: "suite.yaml", range: START }),
  };
}

/** A question as a judge got it, its messages in one text. */
export interface Asked {
  readonly kind: GraderKind;
  readonly text: string;
  readonly messages: readonly Message[];
}

export type Reply = string | ((asked: Asked, index: number) => unknown);

/** A judge without an endpoint. Replies to questions are given; embeddings and flags by the text. */
export function fakeJudge(reply: Reply = "", { vector, flags }: { vector?: (text: string) => unknown; flags?: (text: string) => readonly string[] } = {}): {
  readonly find: (kind: GraderKind) => Promise<Provider>;
  readonly caller: Pick<Caller, "answer">;
  readonly asked: Asked[];
  readonly keys: string[];
} {
  const asked: Asked[] = [];
  const keys: string[] = [];
  const provider = (kind: GraderKind): Provider => ({
    key: `fake ${kind}`,
    origin: undefined,
    model: "fake",
    prepare: ({ messages, text }) => ({ identity: `${kind} ${text}`, request: { method: "POST", url: kind, body: JSON.stringify({ messages, text }) } }),
    send: () => Promise.reject(new Error("Only the caller answers.")),
  });
  const answer = (key: string, { key: name }: Provider, prepare: () => PreparedCall): Promise<Answer> => {
    keys.push(key);
    const { messages, text } = JSON.parse(prepare().request.body) as { messages: Message[]; text: string };
    const one: Asked = { kind: name.slice("fake ".length) as GraderKind, messages, text: messages.map((message) => String(message.content)).join("\n\n") || text };
    const index = asked.push(one) - 1;
    const output = one.kind === "embedding" ? vector?.(text) : one.kind === "moderation" ? flags?.(text) : typeof reply === "string" ? reply : reply(one, index);
    return Promise.resolve({ output, latencyMs: 1, usage: undefined, cost: undefined, finishReason: undefined, fingerprint: undefined, cached: false });
  };
  return { find: (kind) => Promise.resolve(provider(kind)), caller: { answer }, asked, keys };
}

export type Fake = ReturnType<typeof fakeJudge>;

export interface RowParts {
  readonly vars?: Record<string, unknown>;
  readonly options?: Partial<CaseOptions>;
  readonly prompt?: string;
  readonly repeat?: number;
}

/** Judges an output by one assertion. */
export function judge(fake: Fake, one: AssertionNode, output: unknown = "the output", { vars, options, prompt = "the prompt", repeat = 0 }: RowParts = {}): Promise<RowGrade> {
  const answer: Answer = { output, latencyMs: 1, usage: undefined, cost: undefined, finishReason: undefined, fingerprint: undefined, cached: false };
  const suiteCode = { call: () => Promise.reject(new Error("No script runs here.")), close() {} } as unknown as SuiteCode;
  return createJudge({ render, suiteCode, findGrader: fake.find })({ test: caseOf([one], vars, options), answer, promptText: prompt, repeat, caller: fake.caller });
}

export async function assertUnjudged(judged: Promise<RowGrade>, message: RegExp): Promise<void> {
  await assert.rejects(judged, (error) => error instanceof JudgeError && (assert.match(error.message, message), true));
}

/** A table of `[what, assertion, reply, pass, score]`: each row is a test; `pass` as a pattern is an error. */
export type Table = readonly (readonly [what: string, one: Assertion, reply: Reply, pass: boolean | RegExp, score?: number, parts?: RowParts & { output?: unknown }])[];

export function judgesAs(table: Table): void {
  for (const [what, one, reply, pass, score, { output, ...parts } = {}] of table) {
    it(`${one.type}: ${what}`, async () => {
      const judged = judge(fakeJudge(reply), one, output, parts);
      if (pass instanceof RegExp) return assertUnjudged(judged, pass);
      const grade = await judged;
      assert.deepEqual([grade.pass, Math.round(grade.score * 1e9) / 1e9], [pass, score], grade.reason);
    });
  }
}
