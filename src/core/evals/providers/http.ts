import type { ProviderSpec } from "../model.ts";
import { fillAddress, fillSecrets } from "./credentials.ts";
import { DEFAULT_TIMEOUT_MS, exchange } from "./exchange.ts";
import type { ProviderContext } from "./openaiServer.ts";
import { type Call, CallError, canonicalJson, type Provider } from "./provider.ts";

/**
 * promptfoo's `http` provider: `config: {url, method, headers, body}` with `{{prompt}}` and variables in
 * the body. The answer is the parsed JSON, or the text; `transformResponse` may be a path such as
 * `json.choices[0].message.content`.
 */
export function httpProvider(spec: ProviderSpec, context: ProviderContext): Provider {
  const { config } = spec;
  const url = fillAddress(typeof config["url"] === "string" ? config["url"] : spec.id, context.env);
  const method = typeof config["method"] === "string" ? config["method"].toUpperCase() : config["body"] === undefined ? "GET" : "POST";
  const origin = safeOrigin(url);
  const path = responsePath(config["transformResponse"] ?? config["responseParser"]);
  // Two providers may take different parts of the same answer; what is kept is what was taken.
  const taken = spec.response !== undefined ? "body" : path?.join(".");
  return {
    key: spec.label ?? spec.id,
    origin,
    model: undefined,
    prepare(call) {
      const body = config["body"] === undefined ? "" : bodyText(config["body"], call);
      const target = withQuery(fillPlaceholders(url, call, encodeURIComponent), config["queryParams"], call);
      const headers = Object.fromEntries(headersOf(config).map(([name, value]) => [name, fillPlaceholders(value, call, (part) => part)]));
      return { identity: canonicalJson({ url: target, method, body, taken, ...(needsCall(config) ? { headers } : {}) }), request: { method, url: target, body }, headers };
    },
    async send(prepared, signal) {
      const headers: Record<string, string> = typeof config["body"] === "object" ? { "content-type": "application/json" } : {};
      const given = await fillSecrets({ ...prepared.headers }, origin, context.host.secrets, context.redactor);
      for (const [name, value] of Object.entries(given)) headers[name.toLowerCase()] = String(value);
      const { request } = prepared;
      const response = await exchange(context, {
        method: request.method,
        url: request.url,
        headers,
        ...(request.body === "" ? {} : { body: request.body }),
        timeoutMs: context.timeoutMs ?? DEFAULT_TIMEOUT_MS,
        signal,
      });
      const answered = { latencyMs: response.latencyMs, usage: undefined, cost: undefined, finishReason: undefined, fingerprint: undefined };
      // Code takes of it what it wants, later and in a process of its own.
      if (spec.response !== undefined) return { output: response.body, ...answered };
      let json: unknown;
      try {
        json = JSON.parse(response.body);
      } catch {
        if (path) throw new CallError("unanswered", `${new URL(url).host} answered no JSON, but transformResponse reads ${String(config["transformResponse"])}.`);
      }
      if (path && isMissing(follow(json, path.slice(0, -1)))) throw new CallError("unanswered", `${new URL(url).host} answered JSON that has no ${path.slice(0, -1).join(".")}, but transformResponse reads ${String(config["transformResponse"])}.`);
      const output = path ? follow(json, path) : (json ?? response.body);
      return { output: output ?? null, ...answered };
    },
  };
}

function headersOf(config: ProviderSpec["config"]): [name: string, value: string][] {
  return Object.entries((config["headers"] ?? {}) as Record<string, unknown>).map(([name, value]) => [name, String(value)]);
}

/** Whether headers differ from call to call; secrets that are filled in later are no part of what decides an answer. */
function needsCall(config: ProviderSpec["config"]): boolean {
  return headersOf(config).some(([, value]) => /\{\{\s*(?!env\.)/.test(value));
}

function withQuery(url: string, parameters: unknown, call: Call): string {
  if (parameters === null || typeof parameters !== "object") return url;
  const target = new URL(url);
  for (const [name, value] of Object.entries(parameters)) target.searchParams.set(name, fillPlaceholders(String(value), call, (part) => part));
  return target.href;
}

/** Where all calls go. What a test's variable could lead elsewhere, nobody could agree to. */
function safeOrigin(url: string): string {
  const origin = URL.canParse(url) ? new URL(url).origin : undefined;
  if (origin === undefined) throw new CallError("unusable", `${JSON.stringify(url)} is not a URL. Write the provider's config.url like https://host/path.`);
  if (origin.includes("{{")) throw new CallError("unusable", `The host of ${JSON.stringify(url)} is a variable: calls and keys could go anywhere. Write the host itself, or {{env.NAME}} at the beginning.`);
  return origin;
}

/**
 * Text is filled in, with values escaped where it is JSON; an object is filled leaf by leaf, and a leaf
 * that then is JSON becomes that value (as promptfoo does).
 */
function bodyText(body: unknown, call: Call): string {
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
function fillPlaceholders(template: string, call: Call, escape: (value: string) => string): string {
  return template.replace(/\{\{\s*([\w.]+)\s*(?:\|\s*(\w+)\s*)?\}\}/g, (whole, name: string, filter: string | undefined) => {
    if (name.startsWith("env.")) return whole;
    const value = name.split(".")[0] === "messages" ? follow({ messages: call.messages }, name.split(".")) : follow({ ...call.vars, prompt: call.text }, name.split("."));
    if (value === undefined) return "";
    if (filter === "dump") return JSON.stringify(value);
    return escape(typeof value === "string" ? value : JSON.stringify(value));
  });
}

/** `json.a[0].b` as steps; `undefined` when there is none. Anything else is the reader's to refuse. */
export function responsePath(expression: unknown): (string | number)[] | undefined {
  if (typeof expression !== "string") return undefined;
  const match = /^json((?:\.[A-Za-z_$][\w$]*|\[\d+\]|\[(?:"[^"]*"|'[^']*')\])*)$/.exec(expression.trim());
  if (!match) return undefined;
  return [...(match[1] as string).matchAll(/\.([\w$]+)|\[(\d+)\]|\[["'](.*?)["']\]/g)].map((step) => (step[2] === undefined ? ((step[1] ?? step[3]) as string) : Number(step[2])));
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null;
}

function follow(value: unknown, path: readonly (string | number)[]): unknown {
  let found = value;
  for (const step of path) {
    if (found === null || typeof found !== "object") return undefined;
    found = (found as Record<string | number, unknown>)[step];
  }
  return found;
}
