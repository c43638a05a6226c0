import type * as z from "zod";
import type { Finding } from "./checks.ts";
import { didYouMean } from "./suggest.ts";
import type { Path } from "./yaml.ts";

/**
 * zod's error map for unknown keys, the one issue that needs the schema to be worded: a line for each
 * key, in the order of `issue.keys`.
 */
export const unknownKeys: z.core.$ZodErrorMap = (issue) => {
  if (issue.code !== "unrecognized_keys") return undefined;
  const shape = (issue.inst as Partial<z.ZodObject> | undefined)?.shape ?? {};
  return issue.keys.map((key) => `${JSON.stringify(key)} is not known here.${didYouMean(key, Object.keys(shape))}`).join("\n");
};

/** zod's issues in the words of people who write YAML, each at the key or value it is about. */
export function findingsOf(issues: readonly z.core.$ZodIssue[], root: unknown): Finding[] {
  return issues.flatMap((issue) => {
    const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
    if (issue.code === "unrecognized_keys") {
      const messages = issue.message.split("\n");
      return issue.keys.map((key, index) => finding("config-unknown-key", messages[index]!, [...path, key], "key"));
    }
    const value = valueAt(root, path);
    const isMissing = value === undefined && issue.code !== "custom" && path.length > 0;
    if (isMissing) return [finding("config-missing", `${JSON.stringify(String(path.at(-1)))} is missing.${choices(issue)}`, path.slice(0, -1), "key")];
    if (issue.code === "invalid_key") return [finding("config-value", issue.issues[0]?.message ?? issue.message, path, "key")];
    return [finding(issue.code === "invalid_type" ? "config-type" : "config-value", message(issue, value), path, "value")];
  });
}

function finding(code: string, message: string, path: Path, part: Finding["part"]): Finding {
  return { severity: "error", code, message, path, part };
}

function message(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case "invalid_type":
      return `Expected ${TYPES[issue.expected] ?? issue.expected}, found ${typeName(value)}.`;
    case "invalid_value":
      if (typeof value !== "string") return `Expected ${issue.values.map((choice) => JSON.stringify(choice)).join(" or ")}.`;
      return `${JSON.stringify(value)} is not possible here.${didYouMean(value, issue.values.map(String))}`;
    case "invalid_union":
      if (!issue.discriminator) return issue.message;
      return `${JSON.stringify(value)} is no known ${issue.discriminator}.${typeof value === "string" ? didYouMean(value, options(issue)) : choices(issue)}`;
    case "too_small":
      return SIZED.has(issue.origin) ? issue.message : `Must be ${issue.inclusive ? "at least" : "more than"} ${issue.minimum}.`;
    case "too_big":
      return SIZED.has(issue.origin) ? issue.message : `Must be ${issue.inclusive ? "at most" : "less than"} ${issue.maximum}.`;
    default:
      return issue.message;
  }
}

/** Their bounds carry a sentence of their own in the schema. */
const SIZED: ReadonlySet<string> = new Set(["string", "array"]);

const TYPES: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping (key: value)",
  record: "a mapping (key: value)",
};

function typeName(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  return typeof value === "number" ? (Number.isInteger(value) ? "a whole number" : "a fraction") : (TYPES[typeof value] ?? typeof value);
}

function options(issue: z.core.$ZodIssueInvalidUnion): string[] {
  return "options" in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
}

function choices(issue: z.core.$ZodIssue): string {
  const possible = issue.code === "invalid_union" ? options(issue) : issue.code === "invalid_value" ? issue.values.map(String) : [];
  return possible.length === 0 ? "" : possible.length === 1 ? ` Write ${String(issue.path.at(-1))}: ${possible[0]}.` : ` Possible: ${possible.join(", ")}.`;
}

function valueAt(root: unknown, path: Path): unknown {
  let node = root;
  for (const part of path) {
    if (node === null || typeof node !== "object" || !Object.hasOwn(node, part)) return undefined;
    node = (node as Record<string | number, unknown>)[part];
  }
  return node;
}
