import { withAffixes } from "../../prompts/affixes.ts";
import { type Rendered, renderedAs } from "../../prompts/renderer.ts";
import { type Case, JudgeError, type Prompt } from "../model.ts";
import type { SuiteCode } from "../suiteCode/pool.ts";
import type { Outcome } from "../suiteCode/protocol.ts";
import { callFile, codeFileOf } from "../suiteCode/transform.ts";
import type { RenderPrompt } from "./rows.ts";
import { runsUnder, type Series, type Side, testOf } from "./series.ts";

/** What code made of a question before anything was asked, or why it could not. */
export type Made = { readonly rendered: Rendered; readonly config: Readonly<Record<string, unknown>> } | { readonly error: string };

export interface MakerOptions {
  readonly suiteCode: SuiteCode;
  readonly render: RenderPrompt;
  /** What templates see as `env`. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The series with what code makes of their questions: prompts that are functions, variables that are, and templates
 * with filters of the suite's own. Once a test, for all of its repeats, since an answer is known by what was asked.
 */
export async function withMadeQuestions(series: readonly Series[], tests: readonly Case[], options: MakerOptions): Promise<Series[]> {
  return Promise.all(
    series.map(async (one) => {
      const own = tests.filter((test) => runsUnder(test, one));
      const [current, baseline] = await Promise.all([madeSide(one.current, own, options), one.baseline && madeSide(one.baseline, own, options)]);
      return { ...one, current, baseline };
    }),
  );
}

async function madeSide(side: Side, tests: readonly Case[], options: MakerOptions): Promise<Side> {
  const needed = side.prompt.code || side.filters ? tests : tests.filter((test) => testOf(side, test).madeVars);
  if (needed.length === 0) return side;
  const made = await Promise.all(needed.map(async (test) => [test, await madeOf(side, testOf(side, test), options)] as const));
  return { ...side, made: new Map(made) };
}

async function madeOf(side: Side, test: Case, { suiteCode, render, env }: MakerOptions): Promise<Made> {
  const { prompt, filters } = side;
  const code = side.code ?? suiteCode;
  try {
    const vars = await madeVars(side, test, suiteCode);
    const { template, config } = prompt.code ? await madePrompt(side, vars, code) : { template: undefined, config: {} };
    const { prefix = "", suffix = "" } = template === undefined ? test.options : {};
    const text = withAffixes(template ?? prompt.template, prefix, suffix);
    const rendered = filters ? await filtered(code, { template: text, vars, env, filters }) : render(text, vars, prompt.dialect);
    return { rendered, config };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** In their order, as promptfoo calls them: one sees what those before it have become. */
async function madeVars(side: Side, test: Case, suiteCode: SuiteCode): Promise<Readonly<Record<string, unknown>>> {
  const vars: Record<string, unknown> = { ...side.prompt.defaults, ...test.vars };
  for (const [name, reference] of Object.entries(test.madeVars ?? {})) {
    const { python } = codeFileOf(reference);
    const args = [name, side.prompt.template, vars, ...(python ? [] : [providerOf(side)])];
    const value = valueOf(await callFile(suiteCode, reference, args, "get_var"), `The variable ${name}`);
    const { output, error } = isRecord(value) ? value : {};
    if (error) throw new JudgeError(`The variable ${name} cannot be made: ${String(error)}`);
    if (!output || (python && typeof output !== "string")) throw new JudgeError(`The variable ${name} cannot be made: its function returned no {output: …}${python ? " with a text" : ""}.`);
    vars[name] = python ? (output as string).trim() : output;
  }
  return vars;
}

async function madePrompt(side: Side, vars: Readonly<Record<string, unknown>>, suiteCode: SuiteCode): Promise<{ template: string; config: Readonly<Record<string, unknown>> }> {
  const code = side.prompt.code as NonNullable<Prompt["code"]>;
  const context = { vars, provider: providerOf(side), config: side.prompt.config };
  if (code.kind === "program") return { template: await suiteCode.write({ program: code.program, args: [...code.args, JSON.stringify(context)] }), config: {} };
  const made = valueOf(await callFile(suiteCode, code.reference, [context], "get_prompt"), "The prompt's function");
  if (typeof made === "string") return { template: made, config: {} };
  if (typeof made !== "object" || made === null) throw new JudgeError(`The prompt's function returned ${made === undefined ? "nothing" : JSON.stringify(made)}. Return a text, a list of messages, or {prompt, config}.`);
  if (!("prompt" in made)) return { template: JSON.stringify(made), config: {} };
  const { prompt, config } = made as { prompt: unknown; config?: unknown };
  return { template: typeof prompt === "string" ? prompt : JSON.stringify(prompt), config: isRecord(config) ? config : {} };
}

async function filtered(suiteCode: SuiteCode, call: { template: string; vars: Readonly<Record<string, unknown>>; env: MakerOptions["env"]; filters: Readonly<Record<string, string>> }): Promise<Rendered> {
  const outcome = await suiteCode.call({ kind: "prompt", ...call });
  if ("failed" in outcome) throw new JudgeError(outcome.failed === "load" ? `A filter cannot be used. ${outcome.message}` : outcome.message.replace(/^RenderError: /, ""));
  const { text, vars } = outcome.value as Pick<Rendered, "text" | "vars">;
  return renderedAs(text, vars);
}

function valueOf(outcome: Outcome, subject: string): unknown {
  if ("failed" in outcome) throw new JudgeError(`${subject} ${{ load: "cannot be used:", run: "threw", return: "returned" }[outcome.failed]} ${outcome.message}`);
  return outcome.value;
}

function providerOf({ provider, providerId }: Side): { id: string; label: string } {
  return { id: providerId ?? provider.key, label: providerId === provider.key ? "" : provider.key };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
