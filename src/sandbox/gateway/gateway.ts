import { randomUUID } from "node:crypto";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Faults } from "../faults.ts";
import { ApiError } from "../request.ts";
import { type Sandbox, startSandbox } from "../server.ts";
import { type Answer, readJson, send, toError, toJson } from "../wire.ts";
import { Counters, prometheusText } from "./counters.ts";
import { Samples } from "./samples.ts";
import { Split, VARIANTS, type Variant } from "./split.ts";
import { startTraffic } from "./traffic.ts";

export interface GatewayOptions {
  /** 0: any free port. */
  readonly port?: number;
  /** What goes wrong in each variant; each is a sandbox endpoint of its own. */
  readonly stable?: Faults;
  readonly canary?: Faults;
  /** Live traffic: sessions a second. */
  readonly traffic?: { readonly perSecond: number; readonly requestsPerSession?: number; readonly retries?: number };
}

export interface Gateway {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  setFaults(variant: Variant, faults: Faults): void;
  /** Milliseconds since anybody read or set the weights. */
  idleMs(): number;
  close(): Promise<void>;
}

/** The gateway's only target. */
export const TARGET = "llm";
const TIMEOUT_MS = 30_000;

/**
 * Starts a gateway that splits the requests between two real variants of the sandbox, keeps sessions on their side, and speaks the
 * HTTP contract of rollouts (docs/rollout-target.openapi.yaml). It listens on this machine only.
 */
export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const variants: Record<Variant, Sandbox> = { stable: await startSandbox({ faults: options.stable }), canary: await startSandbox({ faults: options.canary }) };
  const now = () => performance.now();
  const split = new Split(now);
  const counters = new Counters(randomUUID(), now);
  const samples = new Samples();
  const agent = new http.Agent({ keepAlive: true });
  let askedAt = now();

  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const body = JSON.stringify(await readJson(incoming));
    const [session, request, pinned] = [header(incoming, "x-session-id"), header(incoming, "x-request-id") ?? header(incoming, "idempotency-key"), header(incoming, "x-llmops-variant")];
    const started = now();
    // Who asks for a variant is no traffic: a probe must not move the metrics that it accompanies.
    const probed = VARIANTS.find((variant) => variant === pinned);
    const attempt = probed ? { variant: probed, end: () => {} } : counters.begin({ session, request }, () => split.draw(Math.random()), (variant) => split.view().weights[variant] > 0);
    const { status, text } = await forward(agent, `${variants[attempt.variant].url}/chat/completions`, body);
    const latencyMs = now() - started;
    attempt.end(status >= 500, latencyMs);
    if (!probed) samples.add({ at: Date.now(), variant: attempt.variant, session, status, latencyMs, input: body, output: text });
    send(outgoing, { status, headers: { "content-type": "application/json; charset=utf-8", "x-llmops-variant": attempt.variant }, chunks: [text] });
  };

  const control = async (incoming: IncomingMessage, url: URL): Promise<Answer> => {
    const route = `${incoming.method} ${url.pathname}`;
    const splitAnswer = (): Answer => {
      const answer = toJson(split.view());
      return { ...answer, headers: { ...answer.headers, etag: split.etag } };
    };
    switch (route) {
      case "GET /health":
        return toJson({ status: "ok" });
      case "GET /capabilities":
        return toJson({ contract: 1, targets: [TARGET], split: { ttl: true, etag: true }, metrics: { unit: "session", latencyBuckets: true }, samples: true, pin: "x-llmops-variant" });
      case "GET /metrics":
        counters.settle();
        return { status: 200, headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" }, chunks: [prometheusText(counters.variants)] };
      case `GET /targets/${TARGET}/split`:
        askedAt = now();
        return splitAnswer();
      case `PUT /targets/${TARGET}/split`:
        askedAt = now();
        split.put(await readJson(incoming), header(incoming, "if-match"));
        return splitAnswer();
      case `POST /targets/${TARGET}/rollback`:
        split.rollBack();
        return splitAnswer();
      case `GET /targets/${TARGET}/metrics`:
        counters.settle();
        return toJson({ at: Date.now(), unit: "session", variants: counters.variants });
      case `GET /targets/${TARGET}/samples`: {
        const after = url.searchParams.get("after");
        return toJson(samples.after(after === null ? undefined : Number(after), { failed: url.searchParams.get("failed") === "true", variant: url.searchParams.get("variant") }));
      }
      default:
        throw new ApiError(404, "not_found", `The gateway does not know ${route}.`);
    }
  };

  const setFaults = async (incoming: IncomingMessage, variant: Variant): Promise<Answer> => {
    const faults = (await readJson(incoming)) as Faults;
    try {
      variants[variant].setFaults(faults);
    } catch (error) {
      throw new ApiError(400, "invalid_value", (error as Error).message);
    }
    return toJson(faults);
  };

  const server = http.createServer({ keepAliveTimeout: 65_000 }, (incoming, outgoing) => {
    const url = new URL(incoming.url ?? "/", "http://gateway");
    const faulty = incoming.method === "PUT" ? VARIANTS.find((variant) => url.pathname === `/targets/${TARGET}/variants/${variant}/faults`) : undefined;
    const work = incoming.method === "POST" && url.pathname === "/v1/chat/completions" ? serve(incoming, outgoing) : (faulty ? setFaults(incoming, faulty) : control(incoming, url)).then((answer) => send(outgoing, answer));
    work.catch((error: unknown) => send(outgoing, toError(error, 0)));
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(options.port ?? 0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const stopTraffic = options.traffic ? startTraffic({ origin: url, ...options.traffic }) : () => {};
  return {
    url,
    port,
    setFaults: (variant, faults) => variants[variant].setFaults(faults),
    idleMs: () => now() - askedAt,
    async close() {
      stopTraffic();
      agent.destroy();
      await Promise.all([
        ...VARIANTS.map((variant) => variants[variant].close()),
        new Promise<void>((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
      ]);
    },
  };
}

function header({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** A variant that does not answer is a 502, as a proxy would have it. */
function forward(agent: http.Agent, url: string, body: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve) => {
    const failed = (why: string) => resolve({ status: 502, text: JSON.stringify({ error: { message: `The variant did not answer (${why}).`, type: "server_error" } }) });
    const request = http.request(url, { method: "POST", agent, headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body) }, timeout: TIMEOUT_MS }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.once("end", () => resolve({ status: answer.statusCode ?? 502, text: Buffer.concat(chunks).toString("utf8") }));
      answer.once("error", (error) => failed(error.message));
    });
    request.once("timeout", () => request.destroy(new Error("time-out"))).once("error", (error) => failed(error.message)).end(body);
  });
}
