import { basename } from "node:path";
import { dump } from "js-yaml";
import type { Problem } from "../../problem.ts";
import { type Grading, gradingOf } from "./evalGradings.ts";
import { type EvalSpec, evalIn } from "./evalRegistry.ts";
import { examplesIn, type Sample, samplesIn } from "./evalSamples.ts";
import { type Imported, leftOut, unreadable } from "./imported.ts";

export const SUITE_FILE = "promptfooconfig.yaml";
const TESTS_FILE = "tests.jsonl";

/** Arguments that are read here; what others say does not carry over. */
const KNOWN = new Set(["samples_jsonl", "num_few_shot", "few_shot_jsonl", "max_tokens", "ignore_case", "modelgraded_spec", "modelgraded_spec_args", "eval_type"]);

export interface OpenAiEvalsOptions {
  /** Absolute path of the registry's file, and its text. */
  readonly file: string;
  readonly text: string;
  /** Which of its evals. */
  readonly name: string | undefined;
  /** A file of the export, by its path below `data` or `modelgraded`. @throws {Error} in words for people, when it may not be read. */
  readonly read: (folder: "data" | "modelgraded", path: string) => Promise<{ file: string; text: string } | undefined>;
}

/** One eval of an OpenAI Evals registry as a suite: its samples are tests, its class their assertions. @throws {ProblemError} */
export async function importOpenAiEvals({ file, text, name, read }: OpenAiEvalsOptions): Promise<Imported & { readonly name: string; readonly tests: number }> {
  const spec = evalIn(file, text, name);
  const at = (...path: string[]) => ({ file, range: spec.document.locate([spec.name, ...path]) });
  const grading = await gradingOf(spec, (specName) => read("modelgraded", `${specName}.yaml`));
  if (!grading) throw unreadable(file, `The class ${spec.kind} has no counterpart here: Match, Includes, FuzzyMatch, JsonMatch and ModelBasedClassify have.`, at("class"));
  const found = await read("data", spec.args.samples_jsonl);
  if (!found) throw unreadable(file, `The samples ${spec.args.samples_jsonl} are not to be found. Name the folder that they are in with --data.`, at("args", "samples_jsonl"));

  const { samples, problems } = samplesIn(found.file, found.text);
  const { num_few_shot: shots = 0, few_shot_jsonl: shotsFile = "" } = spec.args;
  const shown = shots === 0 ? undefined : await read("data", shotsFile);
  if (shots > 0 && !shown) throw unreadable(file, `The examples ${shotsFile} are not to be found. Name the folder that they are in with --data.`, at("args", "num_few_shot"));
  const examples = shown ? examplesIn(shown.file, shown.text, shots) : [];
  const ignored = Object.keys(spec.args).filter((key) => !KNOWN.has(key)).map((key) => leftOut({ file, range: spec.document.locate([spec.name, "args", key], "key") }, `${key} has no counterpart here.`));
  const lines = samples.map((sample) => testOf({ ...sample, messages: [...sample.messages.slice(0, -1), ...examples, ...sample.messages.slice(-1)] }, grading, problems)).filter((line) => line !== undefined);
  if (lines.length === 0) throw unreadable(found.file, `None of its ${samples.length + problems.length} samples carries over: ${problems[0]?.message ?? "it is empty."}`);
  return {
    name: spec.name,
    tests: lines.length,
    files: new Map([
      [SUITE_FILE, suiteText(spec, grading)],
      [TESTS_FILE, `${lines.join("\n")}\n`],
    ]),
    problems: [...ignored, ...grading.problems, ...problems],
  };
}

function testOf({ messages, ideal, more, location }: Sample, grading: Grading, problems: Problem[]): string | undefined {
  if (grading.needsIdeal && (ideal === undefined || ideal.length === 0)) {
    problems.push(leftOut(location, 'This sample is left out: it has no "ideal".'));
    return undefined;
  }
  const vars: Record<string, string> = { input: asText(messages) };
  // An assertion of the test's own holds its answers itself.
  if (ideal && !grading.own) vars["ideal"] = grading.idealAsList ? asText(ideal) : plainText(ideal.join("\n"));
  const unknown = Object.keys(more).filter((key) => typeof more[key] !== "string");
  for (const [key, value] of Object.entries(more)) if (typeof value === "string") vars[key] ??= plainText(value);
  if (unknown.length > 0) problems.push(leftOut(location, `Of this sample ${unknown.join(", ")} is left out: only texts become variables.`));
  return JSON.stringify({ vars, ...(grading.own && ideal ? { assert: grading.own(ideal) } : {}) });
}

/** JSON in which no text can be taken for a template: it is filled into the prompt as it is. */
function asText(value: unknown): string {
  return JSON.stringify(value).replace(/\{(?=[{%#])/g, "\\u007b");
}

/** A variable's value is a template itself: one that looks like it is written as JSON. */
function plainText(value: string): string {
  return /\{[{%#]/.test(value) ? asText(value) : value;
}

function suiteText({ name, description, document }: EvalSpec, { shared, maxTokens }: Grading): string {
  const suite = {
    description: description ?? name,
    prompts: [{ label: name, raw: "{{input}}" }],
    providers: [{ id: "openai:chat:gpt-4.1-mini", config: { temperature: 0, max_tokens: maxTokens } }],
    ...(shared ? { defaultTest: { assert: shared } } : {}),
    tests: `file://${TESTS_FILE}`,
  };
  return `# ${name} of ${basename(document.file)}, imported by "llmops import" from OpenAI Evals.\n# An eval names no model: choose the provider yourself.\n${dump(suite, { lineWidth: -1 })}`;
}
