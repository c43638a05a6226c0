import type { HttpExtras, ProviderSpec } from "../../model.ts";
import { type Form, formOf } from "./multipart.ts";
import { bodyText, type Filling, fillPlaceholders } from "./template.ts";
import { CallError, type PreparedCall } from "../provider.ts";

/** A request as it is sent, without the secrets in its headers. */
export interface HttpCall extends Required<Pick<PreparedCall, "request" | "headers">> {
  /** Sent instead of the body in `request`, which then is for people. */
  readonly form?: Form;
}

type Config = ProviderSpec["config"];

/** Makes the requests of a provider. */
export interface RequestMaker {
  /** Where all of them go. */
  readonly origin: string;
  make(filling: Filling): HttpCall;
}

/** Requests of `config: {url, method, headers, queryParams, body or multipart}`. @throws {CallError} when the address is none. */
export function configuredRequest(config: Config, url: string, extras: HttpExtras | undefined): RequestMaker {
  const multipart = extras?.multipart;
  const method = typeof config["method"] === "string" ? config["method"].toUpperCase() : config["body"] === undefined && !multipart ? "GET" : "POST";
  if (multipart && (method === "GET" || method === "HEAD")) throw new CallError("unusable", `A ${method} request has no body, and cannot send multipart.`);
  return {
    origin: safeOrigin(url),
    make(filling) {
      const form = multipart && extras && formOf(multipart, filling, extras);
      const body = form ? JSON.stringify(form.identity) : config["body"] === undefined ? "" : bodyOf(config["body"], filling);
      const own = Object.entries((config["headers"] ?? {}) as Record<string, unknown>).map(([name, value]) => [name.toLowerCase(), fillPlaceholders(String(value), filling, asIs)] as const);
      const headers = { ...(typeof config["body"] === "object" ? { "content-type": "application/json" } : {}), ...Object.fromEntries(own) };
      return { request: { method, url: withQuery(fillPlaceholders(url, filling, encodeURIComponent), config["queryParams"], filling), body }, headers: form ? { ...headers, "content-type": form.contentType } : headers, ...(form && { form }) };
    },
  };
}

/**
 * Requests that are written as HTTP (`config.request`), of which only `{{…}}` is filled in, with texts escaped as in
 * JSON. @throws {CallError} when it is none, or its host is not written out.
 */
export function rawRequest(template: string, secure: boolean): RequestMaker {
  const { headers } = parsedRequest(template);
  const base = `${secure ? "https" : "http"}://${headers["host"] ?? ""}`;
  return {
    origin: safeOrigin(base),
    make(filling) {
      const { method, target, headers, body } = parsedRequest(fillPlaceholders(template, filling, (value) => JSON.stringify(value).slice(1, -1)));
      const { "content-length": _length, host: _host, ...others } = headers;
      return { request: { method, url: new URL(target, base).href, body }, headers: others };
    },
  };
}

/** As in promptfoo an object that is sent for the prompt is laid over the body, which then is not filled in. */
function bodyOf(body: unknown, filling: Filling): string {
  const { prompt } = filling;
  if (typeof prompt !== "object" || prompt === null || typeof body !== "object") return bodyText(body, filling);
  return JSON.stringify({ ...body, ...prompt });
}

function parsedRequest(text: string): { method: string; target: string; headers: Record<string, string>; body: string } {
  const [head = "", ...rest] = text.trim().replaceAll("\r\n", "\n").split("\n\n");
  const [first = "", ...lines] = head.split("\n");
  const [, method, target] = /^([A-Z]+)\s+(\S.*?)\s+HTTP\/[\d.]+$/i.exec(first.trim()) ?? [];
  if (method === undefined || target === undefined) throw new CallError("unusable", `config.request must begin like "POST /path HTTP/1.1", not ${JSON.stringify(first.slice(0, 100))}.`);
  const headers = lines.map((line) => [line.slice(0, line.indexOf(":")).trim().toLowerCase(), line.slice(line.indexOf(":") + 1).trim()] as const);
  return { method: method.toUpperCase(), target, headers: Object.fromEntries(headers), body: rest.join("\n\n").trim().replaceAll("\n", "\r\n") };
}

function withQuery(url: string, parameters: unknown, filling: Filling): string {
  if (parameters === null || typeof parameters !== "object") return url;
  const target = new URL(url);
  for (const [name, value] of Object.entries(parameters)) target.searchParams.set(name, fillPlaceholders(String(value), filling, asIs));
  return target.href;
}

/** Where all calls go. What a test's variable could lead elsewhere, nobody could agree to. */
function safeOrigin(url: string): string {
  const origin = URL.canParse(url) ? new URL(url).origin : undefined;
  if (origin === undefined) throw new CallError("unusable", `${JSON.stringify(url)} is not a URL. Write the provider's config.url like https://host/path.`);
  if (origin.includes("{{")) throw new CallError("unusable", `The host of ${JSON.stringify(url)} is a variable: calls and keys could go anywhere. Write the host itself, or {{env.NAME}} at the beginning.`);
  return origin;
}

function asIs(part: string): string {
  return part;
}
