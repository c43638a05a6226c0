import type { Assertion } from "../model.ts";
import { JUDGES } from "../judges/registry.ts";
import type { AssertionDefinition, Mistake } from "./definition.ts";
import { githubString } from "./githubString.ts";
import { javascript } from "./javascript.ts";
import { containsJson, isJson } from "./json.ts";
import { cost, latency, levenshtein, wordCount } from "./numbers.ts";
import { regex } from "./regex.ts";
import { contains, containsAll, containsAny, equals, startsWith } from "./text.ts";

/** Every assertion type that can be judged. A new one is a file and a line here. */
const DEFINITIONS: Readonly<Record<string, AssertionDefinition>> = {
  ...JUDGES,
  contains: contains(false),
  "contains-all": containsAll(false),
  "contains-any": containsAny(false),
  "contains-json": containsJson,
  cost,
  equals,
  icontains: contains(true),
  "icontains-all": containsAll(true),
  "icontains-any": containsAny(true),
  "is-json": isJson,
  javascript,
  latency,
  levenshtein,
  regex,
  "starts-with": startsWith,
  "word-count": wordCount,
};

/** Evaluators of other formats, by names that no suite of promptfoo's can write. */
const OTHER_FORMATS: Readonly<Record<string, AssertionDefinition>> = { "github-string": githubString };

/** Base types that can be judged; each may have `not-` before it. */
export const KNOWN_TYPES: ReadonlySet<string> = new Set(Object.keys(DEFINITIONS));

/** promptfoo's types that are not built yet: the reader says so instead of calling them unknown. */
export const LATER_TYPES: ReadonlySet<string> = new Set([
  ...["bleu", "contains-html", "contains-sql", "contains-xml", "finish-reason", "gleu", "is-html", "is-refusal", "is-sql"],
  ...["is-valid-function-call", "is-valid-openai-function-call", "is-valid-openai-tools-call", "is-xml", "meteor", "perplexity"],
  ...["perplexity-score", "python", "rouge-n", "ruby", "tool-call-f1", "trace-error-spans", "trace-span-count", "trace-span-duration"],
  ...["trajectory:goal-success", "trajectory:step-count", "trajectory:tool-args-match", "trajectory:tool-sequence"],
  ...["trajectory:tool-used", "webhook"],
]);

/** promptfoo's types that need its own services, or a person. */
export const UNSUPPORTED_TYPES: ReadonlySet<string> = new Set(["agent-rubric", "classifier", "guardrails", "human", "pi", "search-rubric", "skill-used"]);

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
  if (baseType(assertion.type) !== "javascript" && typeof assertion.value === "string" && assertion.value.startsWith("file://")) return undefined;
  const mistake = await definition.check(assertion);
  return typeof mistake === "string" ? { severity: "error", message: mistake } : mistake;
}

function hasTemplate(value: unknown): boolean {
  return Array.isArray(value) ? value.some(hasTemplate) : typeof value === "string" && /\{[{%#]/.test(value);
}
