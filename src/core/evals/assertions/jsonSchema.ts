import type { ValidateFunction } from "ajv";
import { JudgeError } from "../model.ts";

/** Compiling takes milliseconds, and a default test's schema comes again with every row. */
const compiled = new Map<string, ValidateFunction>();
const MAX_COMPILED = 500;

/**
 * The validator of an assertion's schema, an object or YAML; `undefined` when there is none.
 *
 * @throws {JudgeError} when it is no JSON Schema.
 */
export async function schemaOf(type: string, value: unknown): Promise<ValidateFunction | undefined> {
  if (value === undefined || value === null || value === "") return undefined;
  const key = typeof value === "string" ? value : JSON.stringify(value);
  const known = compiled.get(key);
  if (known) return known;
  let validate: ValidateFunction;
  try {
    const schema: unknown = typeof value === "string" ? (await import("js-yaml")).load(value) : value;
    if (typeof schema !== "object" || schema === null || Array.isArray(schema)) throw new Error("it must be an object, or YAML or JSON of one");
    validate = await compile(schema as Record<string, unknown>);
  } catch (error) {
    throw new JudgeError(`${type}: the JSON schema cannot be used: ${(error as Error).message.split("\n")[0]}.`);
  }
  if (compiled.size >= MAX_COMPILED) compiled.clear();
  compiled.set(key, validate);
  return validate;
}

/** An instance each: two schemas with one `$id` would exclude each other. */
async function compile(schema: Record<string, unknown>): Promise<ValidateFunction> {
  // Through `default`: a bundler does not see the names that CommonJS modules export.
  const modern = String(schema.$schema).includes("2020-12");
  const Ajv = modern ? (await import("ajv/dist/2020.js")).default.Ajv2020 : (await import("ajv")).default.Ajv;
  const formats = (await import("ajv-formats")).default.default;
  const ajv = new Ajv({ allErrors: true, strictSchema: false, logger: false });
  formats(ajv);
  return ajv.compile(schema);
}

/** What the last validation found; it is for the failing case only. */
export function problemsOf(schema: ValidateFunction): string | undefined {
  const errors = (schema.errors ?? []).slice(0, 5).map(({ instancePath, message }) => `${instancePath || "the value"} ${message}`);
  return errors.length > 0 ? errors.join("; ") : undefined;
}
