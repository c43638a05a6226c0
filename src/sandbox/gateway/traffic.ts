import { randomUUID } from "node:crypto";
import http from "node:http";

export interface TrafficOptions {
  /** The gateway, without a path. */
  readonly origin: string;
  /** Sessions a second; each begins as a Poisson process would have it. */
  readonly perSecond: number;
  /** Requests of a session, one after the other. */
  readonly requestsPerSession?: number;
  /** How often a failed request is tried again, with the same id. */
  readonly retries?: number;
}

const MESSAGES = ["My card was charged twice.", "The app crashes when I open it.", "How do I change my address?", "My parcel was left in the rain.", "Please cancel my subscription.", "Where is my invoice?"];
const TIMEOUT_MS = 10_000;

/** Clients of the gateway: each session asks what customers ask. Returns what ends it. */
export function startTraffic({ origin, perSecond, requestsPerSession = 1, retries = 0 }: TrafficOptions): () => void {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 200 });
  let timer: NodeJS.Timeout | undefined;
  let due = performance.now();
  const session = async () => {
    const id = randomUUID();
    for (let n = 0; n < requestsPerSession; n++) {
      const headers = { "content-type": "application/json", "x-session-id": id, "x-request-id": randomUUID() };
      const body = JSON.stringify({ model: "sandbox-small", messages: [{ role: "user", content: MESSAGES[Math.floor(Math.random() * MESSAGES.length)] }] });
      for (let attempt = 0; attempt <= retries; attempt++) if ((await post(agent, `${origin}/v1/chat/completions`, headers, body)) < 500) break;
    }
  };
  const next = () => {
    for (const now = performance.now(); due <= now; due += (-Math.log(1 - Math.random()) * 1000) / perSecond) void session();
    timer = setTimeout(next, Math.max(1, due - performance.now()));
  };
  next();
  return () => {
    clearTimeout(timer);
    agent.destroy();
  };
}

/** The status; 599 without an answer. */
function post(agent: http.Agent, url: string, headers: Record<string, string>, body: string): Promise<number> {
  return new Promise((resolve) => {
    const request = http.request(url, { method: "POST", agent, headers, timeout: TIMEOUT_MS }, (answer) => {
      answer.resume().once("end", () => resolve(answer.statusCode ?? 599)).once("error", () => resolve(599));
    });
    request.once("timeout", () => request.destroy()).once("error", () => resolve(599)).end(body);
  });
}
