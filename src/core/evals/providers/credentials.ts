import { parseReferences, resolveReferences, UnresolvedReference } from "../../config/references.ts";
import type { Redactor } from "../../config/redactor.ts";
import type { Secrets } from "../../host.ts";
import { CallError } from "./provider.ts";

/**
 * A value with its `${secret:NAME}` and `{{env.NAME}}` filled in for calls of one origin. A pull request
 * may change an address: a value goes only where a person let it go.
 * @throws {CallError} when one is missing or not approved for the origin.
 */
export async function fillSecrets<T>(value: T, origin: string, secrets: Secrets, redactor: Redactor): Promise<T> {
  const get = (name: string) => secrets.get(name, origin);
  try {
    return await resolveReferences(value, origin, { secret: get, env: get }, redactor);
  } catch (error) {
    if (error instanceof UnresolvedReference) throw new CallError("unusable", error.message);
    throw error;
  }
}

/**
 * An address with `{{env.NAME}}` at its beginning filled in. Only there: behind a fixed host a variable
 * could carry a secret to it.
 * @throws {CallError} when a reference stands elsewhere or has no value.
 */
export function fillAddress(text: string, env: Readonly<Record<string, string | undefined>>): string {
  const [first, ...rest] = parseReferences(text);
  if (!first) return text;
  if (first.kind === "secret" || first.start !== 0 || rest.length > 0) throw new CallError("unusable", `An address may only begin with {{env.NAME}}; ${text.slice(first.start, first.end)} could carry a secret elsewhere.`);
  const value = env[first.name];
  if (!value) throw new CallError("unusable", `The environment variable ${first.name} is not set; the address ${text} needs it.`);
  return value.replace(/\/+$/, "") + text.slice(first.end);
}
