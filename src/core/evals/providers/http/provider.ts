import type { HttpResponse } from "../../../host.ts";
import type { HttpExtras, ProviderSpec } from "../../model.ts";
import { requestOf, statusAccepted } from "../../suiteCode/httpCode.ts";
import { fillAddress, fillSecrets } from "../credentials.ts";
import { exchange, refused } from "../exchange.ts";
import { configuredRequest, type HttpCall, rawRequest } from "./request.ts";
import { createSending } from "./sending.ts";
import { type Filling, follow } from "./template.ts";
import type { ProviderContext } from "../openaiServer.ts";
import { type Call, CallError, canonicalJson, type Provider } from "../provider.ts";

/**
 * promptfoo's `http` provider: `config: {url, method, headers, body}`, or a whole `request`, with `{{prompt}}` and
 * variables in them. The answer is the parsed JSON, or the text; `transformResponse` may be a path such as
 * `json.choices[0].message.content`. Code of the suite's may make what is sent for the prompt, and say which status
 * is an answer; keys, sessions, signatures and certificates are added when it is sent.
 */
export function httpProvider(spec: ProviderSpec, context: ProviderContext): Provider {
  const { config, http, extras } = spec;
  const url = fillAddress(typeof config["url"] === "string" ? config["url"] : spec.id, context.env);
  const raw = config["request"];
  const { origin, make } = typeof raw === "string" ? rawRequest(raw, url.startsWith("https") || config["useHttps"] === true) : configuredRequest(config, url, extras);
  const sending = createSending(extras, origin, context);
  const path = responsePath(config["transformResponse"] ?? config["responseParser"]);
  // Two providers may take different parts of the same answer; what is kept is what was taken.
  const taken = spec.response !== undefined ? "body" : path?.join(".");
  const fixed = { taken, ...besideKeys(extras), ...(http ? { transform: http.transformRequest?.fingerprint, status: http.validateStatus?.fingerprint } : {}) };

  const fillingOf = (call: Call, prompt: unknown = call.text): Filling => ({
    get messages() {
      return call.messages;
    },
    vars: call.vars,
    prompt,
    late: sending.late,
  });

  return {
    key: spec.label ?? spec.id,
    origin,
    model: undefined,
    otherOrigins: sending.origins,
    prepare(call) {
      const { request, headers } = make(fillingOf(call));
      // What code makes of a prompt is known when it is sent: until then it is what it is made of.
      const unmade = http?.transformRequest ? { unmade: call } : {};
      return { identity: canonicalJson({ ...request, ...fixed, ...unmade, ...(needsCall(spec) ? { headers } : {}) }), request, headers, ...(http?.transformRequest || extras ? { call } : {}) };
    },
    async send(prepared, signal) {
      const { call } = prepared;
      const transform = http?.transformRequest;
      const filling = call && fillingOf(call, transform ? await requestOf(codeOf(context), transform.code, call) : call.text);
      const made: HttpCall = filling ? make(filling) : { request: prepared.request, headers: prepared.headers ?? {} };
      const given = await fillSecrets(made.headers, origin, context.host.secrets, context.redactor);
      const headers = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)]));
      const sent = await sending.complete({ ...made, headers }, filling, signal);
      const { url } = made.request;
      const response = await exchange(context, { ...sent, signal, anyStatus: http?.validateStatus !== undefined });
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

/** What of sessions and keys decides an answer: never the keys. */
function besideKeys({ auth, session }: Partial<HttpExtras> = {}): object {
  const { value: _value, token: _token, password: _password, clientSecret: _secret, ...way } = (auth ?? {}) as Record<string, unknown>;
  const { headers: _headers, ...asked } = session ?? {};
  return { ...(auth && { auth: way }), ...(session && { session: asked }) };
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
