import picomatch from "picomatch";
import * as z from "zod";
import { hasReference } from "./references.ts";
import { type Parsed, parseDuration, parseRate, parseTolerance } from "./units.ts";

/** Runs a parser of `units.ts` as a zod transform: its error becomes an issue at the field. */
function by<I, O>(parse: (input: I) => Parsed<O>) {
  return (input: I, context: z.RefinementCtx): O => {
    const parsed = parse(input);
    if ("value" in parsed) return parsed.value;
    context.addIssue({ code: "custom", message: parsed.error });
    return z.NEVER;
  };
}

const numberWithUnit = (example: string) => z.union([z.string(), z.number()], `Expected a value such as ${example}.`);

/** → milliseconds. */
export const duration = (bare?: "minutes") => numberWithUnit("20m").transform(by((input: string | number) => parseDuration(input, bare)));

/** → 0 … 1. */
export const rate = () => numberWithUnit("5%").transform(by(parseRate));

/** → `{ points }` or `{ relative }`. */
export const tolerance = () => numberWithUnit("2pt or 10%").transform(by(parseTolerance));

export const webAddress = (example: string) => z.url({ protocol: /^https?$/, error: `Expected an address such as ${example}.` });

export const text = () => z.string().min(1, "Must not be empty.");

/** Names are used in file names, metrics and commands. */
export const named = <T extends z.ZodType>(value: T) =>
  z.record(z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N}_.-]*$/u, "A name consists of letters, digits, “-”, “_” and “.”, and starts with a letter or digit."), value);

/** A glob or path, relative to the folder of `llmops.yaml`, which it does not leave. */
export const relativePath = () =>
  text().superRefine((path, context) => {
    const wrong = path.includes("\\")
      ? "Separate folders with “/”, on Windows too."
      : /^(\/|[A-Za-z]:|~)/.test(path)
        ? "Write a path relative to the folder of llmops.yaml."
        : path.split("/").includes("..")
          ? "The path must stay inside the folder of llmops.yaml."
          : undefined;
    if (wrong) context.addIssue({ code: "custom", message: wrong });
  });

/** A glob whose brackets and braces are closed: one that is not would match nothing, without a word. */
export const glob = () =>
  relativePath().superRefine((pattern, context) => {
    try {
      picomatch.makeRe(pattern, { strictBrackets: true });
    } catch (error) {
      context.addIssue({ code: "custom", message: `${JSON.stringify(pattern)} is not a glob (${(error as Error).message.replace(/ - use .*/, "")}).` });
    }
  });

export const CLEAR_TEXT_KEY =
  "Keys do not belong in files: write ${secret:NAME}, then give NAME its value with “LLMOps: Set Secret…” or as an environment variable. If this key was ever committed, replace it.";

export const secretText = () => text().refine((value) => hasReference(value), CLEAR_TEXT_KEY);

const CARRIES_KEY = /authorization$|cookie$|(^|[-_])(key|token|secret|password)$|api-?key/i;

export const headers = () =>
  z.record(z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, "This is not the name of an HTTP header."), z.string().regex(/^[^\r\n]*$/, "A header is a single line.")).superRefine((value, context) => {
    for (const [name, content] of Object.entries(value)) {
      if (CARRIES_KEY.test(name) && !hasReference(content)) context.addIssue({ code: "custom", path: [name], message: CLEAR_TEXT_KEY });
    }
  });

/** Of a process. A number or a truth value is written as its text. */
export const variables = () =>
  z
    .record(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "The name of an environment variable consists of letters, digits and “_”, and does not start with a digit."),
      z.union([z.string(), z.number(), z.boolean()], "Expected a text.").transform(String),
    )
    .superRefine((value, context) => {
      for (const [name, content] of Object.entries(value)) {
        if (CARRIES_KEY.test(name) && !hasReference(content)) context.addIssue({ code: "custom", path: [name], message: CLEAR_TEXT_KEY });
      }
    });
