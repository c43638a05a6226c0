import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { createAnswerer } from "./chat.ts";
import { drawFault, drawLatency, type FaultKind, type Faults } from "./faults.ts";
import type { TunedModels } from "./fineTuning/models.ts";
import type { Metrics } from "./metrics.ts";
import { ApiError, readChatRequest, readTextRequest } from "./request.ts";
import { type Api, toBody, toEvents } from "./stream.ts";
import { type Answer, half, JSON_TYPE, readJson } from "./wire.ts";

const EVENTS_TYPE = { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" };
const HTML_PAGE = "<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Sign in to continue</h1></body></html>";

/** Completes a request, or lets one of the faults befall it. @throws {ApiError} */
export type Complete = (api: Api, incoming: IncomingMessage, faults: Faults, gone: AbortSignal) => Promise<Answer>;

export function createCompletions(metrics: Metrics, models: TunedModels): Complete {
  const answer = createAnswerer((name) => models.find(name));
  return async (api, incoming, faults, gone) => {
    const body = await readJson(incoming);
    const request = api === "chat" ? readChatRequest(body) : readTextRequest(body);
    const completion = answer(request);
    const latency = drawLatency(faults, Math.random());
    if (latency > 0) await sleep(latency, undefined, { signal: gone });
    const fault = drawFault(faults, Math.random());
    if (fault) metrics.fault(fault);
    if (fault === "429" || fault === "5xx") throw refusal(fault);
    if (fault === "html") return { status: 200, headers: { "content-type": "text/html; charset=utf-8" }, chunks: [HTML_PAGE] };
    metrics.tokens(completion.usage);
    const headers = request.stream ? EVENTS_TYPE : JSON_TYPE;
    const chunks = request.stream ? toEvents(api, request, completion) : [toBody(api, request, completion)];
    if (fault === "malformed") return { status: 200, headers, chunks: [half(chunks.join(""))] };
    return { status: 200, headers, chunks, ...(fault ? { fate: fault } : {}) };
  };
}

function refusal(fault: FaultKind & ("429" | "5xx")): ApiError {
  return fault === "429"
    ? new ApiError(429, "rate_limit_exceeded", "Rate limit reached, on purpose: the sandbox's fault rate429 is on.")
    : new ApiError(503, "service_unavailable", "Overloaded, on purpose: the sandbox's fault rate5xx is on.");
}
