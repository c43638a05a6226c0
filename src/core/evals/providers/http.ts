import type { HttpResponse } from "../../host.ts";
import type { ProviderSpec } from "../model.ts";
import { requestOf, statusAccepted } from "../suiteCode/httpCode.ts";
import { fillAddress, fillSecrets } from "./credentials.ts";
import { DEFAULT_TIMEOUT_MS, exchange, refused } from "./exchange.ts";
import { configuredRequest, type HttpCall, rawRequest } from "./httpRequest.ts";
import { type Filling, follow } from "./httpTemplate.ts";
import type { ProviderContext } from "./openaiServer.ts";
import { type Call, CallError, canonicalJson, type Provider } from "./provider.ts";

/**
 * promptfoo's `http` provider: `config: {url, method, headers, body}`, or a whole `request`, with `{{prompt}}` and
 * variables in them. The answer is the parsed JSON, or the text; `transformResponse` may be a path such as
 * `json.choices[0].message.content`. Code of the suite's may make what is sent for the prompt, and say which status
 * is an answer.
 */
export function httpProvider(spec: ProviderSpec, context: ProviderContext): Provider {
  const { config, http } = spec;
  const url = fillAddress(typeof config["url"] === "string" ? config["url"] : spec.id, context.env);
  const raw = config["request"];
  const { origin, make } = typeof raw === "string" ? rawRequest(raw, url.startsWith("https") || config["useHttps"] === true) : configuredRequest(config, url);
  const path = responsePath(config["transformResponse"] ?? config["responseParser"]);
  // Two providers may take different parts of the same answer; what is kept is what was taken.
  const taken = spec.response !== undefined ? "body" : path?.join(".");
  const fixed = { taken, ...(http ? { transform: http.transformRequest?.fingerprint, status: http.validateStatus?.fingerprint } : {}) };

  const fillingOf = (call: Call, prompt: unknown = call.text): Filling => ({
    get messages() {
      return call.messages;
    },
    vars: call.vars,
    prompt,
  });

  return {
    key: spec.label ?? spec.id,
    origin,
    model: undefined,
    prepare(call) {
      const { request, headers } = make(fillingOf(call));
      // What code makes of a prompt is known when it is sent: until then it is what it is made of.
      const unmade = http?.transformRequest ? { unmade: call } : {};
      return { identity: canonicalJson({ ...request, ...fixed, ...unmade, ...(needsCall(spec) ? { headers } : {}) }), request, headers, ...(http?.transformRequest ? { call } : {}) };
    },
    async send(prepared, signal) {
      const { call } = prepared;
      const transform = http?.transformRequest;
      const made: HttpCall = call && transform ? make(fillingOf(call, await requestOf(codeOf(context), transform.code, call))) : { request: prepared.request, headers: prepared.headers ?? {} };
      const given = await fillSecrets(made.headers, origin, context.host.secrets, context.redactor);
      const headers = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)]));
      const { method, url, body } = made.request;
      const response = await exchange(context, { method, url, headers, ...(body === "" ? {} : { body }), timeoutMs: context.timeoutMs ?? DEFAULT_TIMEOUT_MS, signal, anyStatus: http?.validateStatus !== undefined });
      await check(response, url);
      return { output: outputOf(response, url), latencyMs: response.latencyMs, usage: undefined, cost: undefined, finishReason: undefined, fingerprint: undefined };
    },
  };

  async function check(response: HttpResponse, asked: string): Promise<void> {
    if (!http?.validateStatus || (await statusAccepted(codeOf(context), http.validateStatus.code, response.status))) return;
    throw refused(response, asked, context.host.clock.now());
  }

  function outputOf(response: HttpResponse, asked: string): unknown {
    // Code takes of it what it wants, later and in a process of its own.
    if (spec.response !== undefined) return response.body;
    const { host } = new URL(asked);
    let json: unknown;
    try {
      json = JSON.parse(response.body);
    } catch {
      if (path) throw new CallError("unanswered", `${host} answered no JSON, but transformResponse reads ${String(config["transformResponse"])}.`);
    }
    if (path && isMissing(follow(json, path.slice(0, -1)))) throw new CallError("unanswered", `${host} answered JSON that has no ${path.slice(0, -1).join(".")}, but transformResponse reads ${String(config["transformResponse"])}.`);
    return (path ? follow(json, path) : (json ?? response.body)) ?? null;
  }
}

function codeOf({ suiteCode }: ProviderContext): NonNullable<ProviderContext["suiteCode"]> {
  if (!suiteCode) throw new CallError("unusable", "Code runs for a suite, and this provider belongs to none.");
  return suiteCode;
}

/** Whether headers differ from call to call; secrets that are filled in later are no part of what decides an answer. */
function needsCall({ config }: ProviderSpec): boolean {
  const written = typeof config["request"] === "string" ? [config["request"]] : Object.values((config["headers"] ?? {}) as Record<string, unknown>);
  return written.some((value) => /\{\{\s*(?!env\.)/.test(String(value)));
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
