import type { Assertion } from "../model.ts";
import { githubLlm } from "../judges/githubLlm.ts";
import { githubScale } from "../judges/githubScale.ts";
import { JUDGES } from "../judges/registry.ts";
import type { AssertionDefinition, Mistake } from "./definition.ts";
import { githubString } from "./githubString.ts";
import { bleu } from "./bleu.ts";
import { finishReason } from "./finishReason.ts";
import { python, ruby } from "./foreignScript.ts";
import { isValidFunctionCall, isValidToolsCall } from "./functionCall.ts";
import { gleu } from "./gleu.ts";
import { containsHtml, isHtml } from "./html.ts";
import { javascript } from "./javascript.ts";
import { containsJson, isJson } from "./json.ts";
import { meteor } from "./meteor.ts";
import { cost, latency, levenshtein, wordCount } from "./numbers.ts";
import { perplexity, perplexityScore } from "./perplexity.ts";
import { isRefusal } from "./refusal.ts";
import { regex } from "./regex.ts";
import { rougeN } from "./rouge.ts";
import { containsSql, isSql } from "./sql.ts";
import { contains, containsAll, containsAny, equals, startsWith } from "./text.ts";
import { toolCallF1 } from "./toolCallF1.ts";
import { webhook } from "./webhook.ts";
import { containsXml, isXml } from "./xml.ts";

/** Every assertion type that can be judged. A new one is a file and a line here. */
const DEFINITIONS: Readonly<Record<string, AssertionDefinition>> = {
  ...JUDGES,
  bleu,
  contains: contains(false),
  "contains-all": containsAll(false),
  "contains-any": containsAny(false),
  "contains-html": containsHtml,
  "contains-json": containsJson,
  "contains-sql": containsSql,
  "contains-xml": containsXml,
  cost,
  equals,
  "finish-reason": finishReason,
  gleu,
  icontains: contains(true),
  "icontains-all": containsAll(true),
  "icontains-any": containsAny(true),
  "is-html": isHtml,
  "is-json": isJson,
  "is-refusal": isRefusal,
  "is-sql": isSql,
  "is-valid-function-call": isValidFunctionCall,
  "is-valid-openai-function-call": isValidFunctionCall,
  "is-valid-openai-tools-call": isValidToolsCall,
  "is-xml": isXml,
  javascript,
  latency,
  levenshtein,
  meteor,
  perplexity,
  "perplexity-score": perplexityScore,
  python,
  regex,
  "rouge-n": rougeN,
  ruby,
  "starts-with": startsWith,
  "tool-call-f1": toolCallF1,
  webhook,
  "word-count": wordCount,
};

/** Evaluators of other formats, by names that no suite of promptfoo's can write. */
const OTHER_FORMATS: Readonly<Record<string, AssertionDefinition>> = { "github-llm": githubLlm, "github-scale": githubScale, "github-string": githubString };

/** Base types that can be judged; each may have `not-` before it. */
export const KNOWN_TYPES: ReadonlySet<string> = new Set(Object.keys(DEFINITIONS));

/** promptfoo's types that are not built yet: the reader says so instead of calling them unknown. */
export const LATER_TYPES: ReadonlySet<string> = new Set([
  ...["trace-error-spans", "trace-span-count", "trace-span-duration", "trajectory:goal-success", "trajectory:step-count"],
  ...["trajectory:tool-args-match", "trajectory:tool-sequence", "trajectory:tool-used"],
]);

/** promptfoo's types that need its own services, or a person. */
export const UNSUPPORTED_TYPES: ReadonlySet<string> = new Set(["agent-rubric", "classifier", "guardrails", "human", "pi", "search-rubric", "skill-used"]);

/** Types whose value is code: a file of code is run to judge, not to compute what to expect. */
export const SCRIPT_TYPES: ReadonlySet<string> = new Set(["javascript", "python", "ruby"]);

/** The type without `not-`. */
export function baseType(type: string): string {
  return type.startsWith("not-") ? type.slice("not-".length) : type;
}

/** `undefined` for a type that cannot be judged. */
export function definitionOf(type: string): AssertionDefinition | undefined {
  const base = baseType(type);
  if (Object.hasOwn(DEFINITIONS, base)) return DEFINITIONS[base];
  return Object.hasOwn(OTHER_FORMATS, type) ? OTHER_FORMATS[type] : undefined;
}

/**
 * The mistake in an assertion that shows before anything runs; `undefined` when none does. Schemas
 * are compiled and scripts parsed, nothing is executed. Values that are templates or come from a
 * script are judged row by row.
 */
export async function checkAssertion(assertion: Assertion): Promise<Mistake | undefined> {
  const definition = definitionOf(assertion.type);
  if (!definition?.check || hasTemplate(assertion.value)) return undefined;
  if (!SCRIPT_TYPES.has(baseType(assertion.type)) && typeof assertion.value === "string" && assertion.value.startsWith("file://")) return undefined;
  const mistake = await definition.check(assertion);
  return typeof mistake === "string" ? { severity: "error", message: mistake } : mistake;
}

function hasTemplate(value: unknown): boolean {
  return Array.isArray(value) ? value.some(hasTemplate) : typeof value === "string" && /\{[{%#]/.test(value);
}
