import { parseYaml } from "../../config/yaml.ts";
import type { Problem } from "../../problem.ts";
import type { EvalSpec } from "./evalRegistry.ts";
import { leftOut } from "./imported.ts";

/** How a class of OpenAI Evals judges, in promptfoo's words. */
export interface Grading {
  readonly maxTokens: number;
  /** Of every test. */
  readonly shared?: readonly object[];
  /** Of one, by its ideal answers. */
  readonly own?: (ideal: readonly string[]) => readonly object[];
  readonly needsIdeal: boolean;
  /** The variable `ideal` is a list in JSON, for a script; else a text. */
  readonly idealAsList?: boolean;
  readonly problems: readonly Problem[];
}

/** Lower case, without punctuation, articles and more than one space: what FuzzyMatch compares. */
const FUZZY = String.raw`const plain = (text) => String(text).toLowerCase().replace(/[!-\/:-@[-\x60\x7b-~]/g, "").replace(/\b(a|an|the)\b/g, " ").trim().split(/\s+/).join(" ");
const said = plain(output);
return JSON.parse(context.vars.ideal).map(plain).some((ideal) => said === "" || ideal === "" ? said === ideal : said.includes(ideal) || ideal.includes(said));
`;

/** Part by part; what is null or missing matches nothing, not even itself. */
const JSON_MATCH = String.raw`const keys = (a, b) => [...new Set([...Object.keys(a), ...Object.keys(b)])];
const same = (a, b) => {
  if (a == null || b == null) return false;
  if (Array.isArray(a) || Array.isArray(b)) return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => same(item, b[i]));
  if (typeof a === "object" || typeof b === "object") return typeof a === typeof b && keys(a, b).every((key) => same(a[key], b[key]));
  return a === b;
};
let said = output;
try {
  if (typeof said === "string") said = JSON.parse(said);
} catch {
  return false;
}
return JSON.parse(context.vars.ideal).some((ideal) => same(said, JSON.parse(ideal)));
`;

/** @param readSpec the text of a model-graded spec by its name. @returns `undefined` for a class that is not known. */
export async function gradingOf(spec: EvalSpec, readSpec: (name: string) => Promise<{ file: string; text: string } | undefined>): Promise<Grading | undefined> {
  const { kind, args } = spec;
  const ignoreCase = args.ignore_case === true;
  switch (kind) {
    case "Match":
      return { maxTokens: args.max_tokens ?? 500, needsIdeal: true, own: beginsWith, problems: [] };
    case "Includes":
      return { maxTokens: args.max_tokens ?? 500, needsIdeal: true, own: (ideal) => includes(ideal, ignoreCase), problems: [] };
    case "FuzzyMatch":
      return { maxTokens: args.max_tokens ?? 16, needsIdeal: true, shared: [{ type: "javascript", value: FUZZY }], idealAsList: true, problems: [] };
    case "JsonMatch":
      return { maxTokens: args.max_tokens ?? 512, needsIdeal: true, shared: [{ type: "javascript", value: JSON_MATCH }], idealAsList: true, problems: [] };
    case "ModelBasedClassify":
      return modelGraded(spec, readSpec);
    default:
      return undefined;
  }
}

/** In a regular expression nothing of an answer is taken for a template: it has no opening brace. */
const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]}|/]/g, "\\$&").replaceAll("{", "\\x7b");
const looksLikeTemplate = (text: string) => /\{[{%#]/.test(text);

function beginsWith(ideal: readonly string[]): object[] {
  const [only, ...more] = ideal;
  if (only !== undefined && more.length === 0 && !looksLikeTemplate(only)) return [{ type: "starts-with", value: only }];
  return [{ type: "regex", value: `^(?:${ideal.map(escaped).join("|")})` }];
}

function includes(ideal: readonly string[], ignoreCase: boolean): object[] {
  const i = ignoreCase ? "i" : "";
  if (!ideal.some(looksLikeTemplate)) return [ideal.length === 1 ? { type: `${i}contains`, value: ideal[0] } : { type: `${i}contains-any`, value: ideal }];
  const anyCase = (text: string) => [...text].map((sign) => (sign.toLowerCase() === sign.toUpperCase() ? escaped(sign) : `[${sign.toLowerCase()}${sign.toUpperCase()}]`)).join("");
  return [{ type: "regex", value: `(?:${ideal.map(ignoreCase ? anyCase : escaped).join("|")})` }];
}

/** A model judges by a prompt of its own, of which the question is kept; how it is to answer is `llm-rubric`'s own. */
async function modelGraded({ name, args, document }: EvalSpec, readSpec: (name: string) => Promise<{ file: string; text: string } | undefined>): Promise<Grading> {
  const { modelgraded_spec: specName = "", modelgraded_spec_args: given = {}, max_tokens: maxTokens = 1024 } = args;
  const at = { file: document.file, range: document.locate([name, "args", "modelgraded_spec"]) };
  const found = specName === "" ? undefined : await readSpec(specName);
  const prompt = found && (parseYaml(found.file, found.text).value as { prompt?: unknown } | null | undefined)?.prompt;
  const problems = [leftOut(at, `llm-rubric judges instead of ${specName || "the model-graded spec"}: its choices, their scores and its eval_type have no counterpart; read the rubric that was written.`)];
  if (typeof prompt !== "string") {
    const criteria = Object.values(given).join("\n");
    problems.push(leftOut(at, `The prompt of ${specName || "the spec"} was not found: the rubric is made of ${criteria === "" ? "the ideal answer" : "modelgraded_spec_args"}. Name the folder that holds modelgraded/${specName}.yaml with --data.`));
    return { maxTokens, needsIdeal: criteria === "", shared: [{ type: "llm-rubric", value: criteria === "" ? "The output says the same as this reference answer: {{ideal}}" : literal(criteria) }], problems };
  }
  return { maxTokens, needsIdeal: false, shared: [{ type: "llm-rubric", value: rubricOf(prompt, given) }], problems };
}

/** `{key}` of Python's format: arguments are filled in, of the sample variables, and of question and answer the words for them. */
function rubricOf(prompt: string, given: Readonly<Record<string, string>>): string {
  return prompt
    .split(/(\{\{|\}\}|\{\w+\})/)
    .map((part) => {
      if (part === "{{" || part === "}}") return part[0];
      const key = /^\{(\w+)\}$/.exec(part)?.[1];
      if (key === undefined) return literal(part);
      if (key === "completion") return "(the output)";
      return given[key] === undefined ? `{{${key}}}` : literal(given[key]);
    })
    .join("");
}

function literal(text: string): string {
  return looksLikeTemplate(text) ? text.replace(/\{(?=[{%#])/g, "{{ '{' }}") : text;
}
