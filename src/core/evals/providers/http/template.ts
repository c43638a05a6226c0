import type { Call } from "../provider.ts";

/** What a template of a request is filled in with. `prompt`: what is sent for it, which need not be a text. */
export type Filling = Pick<Call, "messages" | "vars"> & {
  readonly prompt: unknown;
  /** Names that are filled in when the request is sent. */
  readonly late?: ReadonlySet<string>;
};

/**
 * Text is filled in, with values escaped where it is JSON; an object is filled leaf by leaf, and a leaf
 * that then is JSON becomes that value (as promptfoo does).
 */
export function bodyText(body: unknown, call: Filling): string {
  if (typeof body === "string") return fillPlaceholders(body, call, /^\s*[[{]/.test(body) ? (value) => JSON.stringify(value).slice(1, -1) : (value) => value);
  const fill = (value: unknown): unknown => {
    if (typeof value === "string") {
      const filled = fillPlaceholders(value, call, (part) => part);
      if (filled !== value && /^\s*["[{]/.test(filled)) {
        try {
          return JSON.parse(filled);
        } catch {
          return filled;
        }
      }
      return filled;
    }
    if (Array.isArray(value)) return value.map(fill);
    if (value !== null && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item)]));
    return value;
  };
  return JSON.stringify(fill(body));
}

/** `{{prompt}}`, `{{messages}}` and a test's variables, of an object also `{{name.part}}`; `| dump` writes JSON. The environment is not the call's. */
export function fillPlaceholders(template: string, call: Filling, escape: (value: string) => string): string {
  return template.replace(/\{\{\s*([\w.]+)\s*(?:\|\s*(\w+)\s*)?\}\}/g, (whole, name: string, filter: string | undefined) => {
    if (name.startsWith("env.") || call.late?.has(name)) return whole;
    const value = name.split(".")[0] === "messages" ? follow({ messages: call.messages }, name.split(".")) : follow({ ...call.vars, prompt: call.prompt }, name.split("."));
    if (value === undefined) return "";
    if (filter === "dump") return JSON.stringify(value);
    return escape(typeof value === "string" ? value : JSON.stringify(value));
  });
}

/** What stands at a path in a value; `undefined` where nothing does. */
export function follow(value: unknown, path: readonly (string | number)[]): unknown {
  let found = value;
  for (const step of path) {
    if (found === null || typeof found !== "object") return undefined;
    found = (found as Record<string | number, unknown>)[step];
  }
  return found;
}
