import type { Http } from "../../host.ts";
import { callGrader } from "../judges/callGrader.ts";
import { comparesColumns } from "../judges/columns.ts";
import type { FindGrader } from "../judges/grader.ts";
import type { AnswerMetrics } from "../metrics/answerMetrics.ts";
import { type Answer, type Assertion, type AssertionSet, type Case, JudgeError, type RowGrade } from "../model.ts";
import type { Provider } from "../providers/provider.ts";
import type { Caller } from "../run/caller.ts";
import type { Side } from "../run/series.ts";
import type { SuiteCode } from "../suiteCode/pool.ts";
import { responded, transformed } from "../suiteCode/transform.ts";
import type { Claim, FinalGrade, GradedRow, Render } from "./definition.ts";
import { baseType, definitionOf, SCRIPT_TYPES } from "./registry.ts";
import { type Scored, combine } from "./score.ts";
import { scored } from "./scoring.ts";
import { isScriptFile, valueFromScript } from "./scriptFile.ts";

/** Of many rows without metrics: one object. */
const NONE: Readonly<Record<string, number>> = Object.freeze({});

/** An answer to be judged. */
export interface JudgedAnswer {
  readonly test: Case;
  readonly answer: Answer;
  readonly promptText: string;
  /** Whose prompt and provider it is: what the provider's outputs become comes before the test's own transform. */
  readonly side?: Pick<Side, "prompt" | "transform" | "response" | "code">;
  /** From 0. */
  readonly repeat?: number;
  /** By whom judges are asked in their turn; without it none can be. */
  readonly caller?: Pick<Caller, "answer">;
  /** Who answered: calls of tools are checked against what it offers. */
  readonly provider?: Pick<Provider, "tools" | "functions">;
}

/** How an answer to a test is judged, with what that takes; `metrics`: and measured. */
export function createJudge(tools: { render: Render; suiteCode: SuiteCode; findGrader?: FindGrader; http?: Pick<Http, "send">; webhookTimeoutMs?: number; metrics?: AnswerMetrics }): (row: JudgedAnswer) => Promise<RowGrade> {
  const { findGrader, metrics } = tools;
  return async ({ test, answer, promptText, side, repeat = 0, caller, provider }) => {
    const { description, vars, threshold, metadata, options } = test;
    // Who judges is none of a script\'s business, and no plain data.
    const { grader: _grader, ...shown } = options;
    // The provider's code is its version's own; that of tests is today's for both.
    const own = side?.code ?? tools.suiteCode;
    const said = side?.response === undefined ? answer.output : await responded(own, side.response, answer.output);
    const changed = async (suiteCode: SuiteCode, code: string | undefined, output: unknown) =>
      code === undefined || output === null || output === undefined ? output : transformed(suiteCode, code, output, { vars, prompt: { raw: side?.prompt.template, label: side?.prompt.label } });
    const given = await changed(own, side?.transform, said);
    const output = await changed(tools.suiteCode, options.transform, given);
    const grade = await gradeRow({
      assert: test.assert,
      threshold,
      scoring: test.scoring,
      output,
      providerOutput: given,
      vars,
      latencyMs: answer.latencyMs,
      cost: answer.cost,
      finishReason: answer.finishReason,
      logProbs: answer.logProbs,
      provider,
      options,
      grader: findGrader && caller && ((assertion) => callGrader({ find: (kind) => findGrader(kind, assertion, options), caller, repeat })),
      context: {
        prompt: promptText,
        test: { description, vars, threshold, metadata, options: shown },
        providerResponse: { output, cost: answer.cost, cached: answer.cached, latencyMs: answer.latencyMs, finishReason: answer.finishReason, logProbs: answer.logProbs },
      },
      http: undefined,
      ...tools,
    });
    const measured = await metrics?.measure({ prompt: side?.prompt.key, said, output, options, caller });
    return { ...grade, ...(output === answer.output ? {} : { output }), ...(measured && { measured }) };
  };
}

/**
 * Judges one answer by promptfoo's rules: score = Σ score·weight / Σ weight; it passes when every
 * assertion does, or, with a threshold, when the score reaches it. Without assertions it passes with
 * score 1; without an output it fails and nothing is judged. What compares a test's columns is left out:
 * that is judged when all of them are there.
 *
 * @throws {JudgeError} when an assertion cannot be judged: the row is an error, not a failure.
 */
export async function gradeRow(row: GradedRow): Promise<RowGrade> {
  if (row.output === null || row.output === undefined) return { pass: false, score: 0, reason: "No output", metrics: NONE, components: [] };
  if (row.assert.length === 0) return { pass: true, score: 1, reason: "No assertions", metrics: NONE, components: [] };
  const parts = await inOrder(row.assert.filter((node) => !comparesColumns(node)).map((node) => (node.kind === "set" ? gradeSet(node, row) : gradeAssertion(node, row))));
  const { pass, score, reason, metrics } = combine(parts, row.threshold);
  const grade: RowGrade = {
    pass,
    score,
    reason,
    metrics: metrics.size === 0 ? NONE : Object.fromEntries([...metrics].map(([name, { value }]) => [name, value])),
    ...(metrics.size === 0 ? {} : { metricWeights: Object.fromEntries([...metrics].map(([name, { weight }]) => [name, weight])) }),
    components: parts.flatMap((part) => [part, ...part.members]).map(({ pass, score, reason, type, metric }) => ({ pass, score, reason, type, ...(metric === undefined ? {} : { metric }) })),
  };
  return row.scoring === undefined ? grade : scored(grade, row.scoring, row);
}

/** All results, or the first error by position rather than by time: the same row gives the same message. */
async function inOrder<T>(tasks: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(tasks);
  return settled.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}

async function gradeSet(set: AssertionSet, row: GradedRow): Promise<Scored> {
  const members = await inOrder(set.assert.map((assertion) => gradeAssertion(assertion, row)));
  return { ...combine(members, set.threshold), type: "assert-set", weight: set.weight, metric: metricName(set.metric, row), members };
}

async function gradeAssertion(assertion: Assertion, whole: GradedRow): Promise<Scored> {
  const { type, weight, transform } = assertion;
  const row = transform === undefined ? whole : { ...whole, output: await transformed(whole.suiteCode, transform, whole.output, { vars: whole.vars, prompt: { label: whole.context["prompt"] } }) };
  const definition = definitionOf(type);
  if (!definition) throw new JudgeError(`The assertion type "${type}" is not known.`);
  const negated = type.startsWith("not-");
  const text = typeof row.output === "string" ? row.output : JSON.stringify(row.output);
  const value = await renderedValue(assertion, row);
  const grade = finalGrade(await definition.grade({ assertion, type, negated, value, text, row }), negated);
  const named = Object.entries(grade.namedScores ?? {}).map(([name, value]) => [name, { value, weight: 1 }] as const);
  return {
    // A weight of 0 only measures: it cannot fail the test.
    pass: grade.pass || weight === 0,
    score: grade.score,
    reason: grade.reason,
    type,
    weight,
    metric: metricName(assertion.metric, row),
    metrics: new Map(named),
    members: [],
  };
}

function finalGrade(judgement: Claim | FinalGrade, negated: boolean): FinalGrade {
  if ("pass" in judgement) return judgement;
  const { holds, claim, found, subject = "the output" } = judgement;
  const pass = holds !== negated;
  const score = judgement.score === undefined ? Number(pass) : negated ? 1 - judgement.score : judgement.score;
  const detail = found === undefined ? "" : `: ${found}`;
  return { pass, score, reason: pass ? "Passed" : negated ? `Expected ${subject} not to ${claim}.` : `Expected ${subject} to ${claim}${detail}.` };
}

/** Texts, and the texts of a list, are templates; other values are taken as they are. */
async function renderedValue(assertion: Assertion, row: GradedRow): Promise<unknown> {
  const { type, value } = assertion;
  if (isScriptFile(value)) return SCRIPT_TYPES.has(baseType(type)) ? value : valueFromScript(value, assertion, row);
  try {
    if (typeof value === "string") return row.render(value, row.vars);
    if (Array.isArray(value)) return value.map((item: unknown) => (typeof item === "string" ? row.render(item, row.vars) : item));
    return value;
  } catch (error) {
    throw new JudgeError(`The value of ${type} cannot be filled in: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A name that cannot be filled in is kept as it is written. */
function metricName(metric: string | undefined, row: GradedRow): string | undefined {
  if (metric === undefined) return undefined;
  try {
    return row.render(metric, row.vars) || undefined;
  } catch {
    return metric;
  }
}
