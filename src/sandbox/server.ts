import { mkdtempSync, rmSync } from "node:fs";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MODEL_NAMES } from "./chat.ts";
import { createCompletions } from "./completions.ts";
import { answerEmbeddings, EMBEDDING_MODEL } from "./embeddings.ts";
import { checkFaults, type Faults } from "./faults.ts";
import type { FineTuning } from "./fineTuning/api.ts";
import { Disk } from "./fineTuning/disk.ts";
import { TunedModels } from "./fineTuning/models.ts";
import { createMetrics, type Stats } from "./metrics.ts";
import { answerModerations, MODERATION_MODEL } from "./moderations.ts";
import { ApiError } from "./request.ts";
import type { Api } from "./stream.ts";
import { type Answer, readJson, send, toError, toJson } from "./wire.ts";

export interface SandboxOptions {
  /** 0: any free port. */
  readonly port?: number;
  readonly host?: string;
  /** Milliseconds before every answer; short for `faults.latencyMs`. */
  readonly latencyMs?: number;
  readonly faults?: Faults;
  /** Where uploaded files, fine-tuning jobs and their models are kept; without it they are gone when it closes. */
  readonly folder?: string;
  /** Gets a line per completion. */
  readonly log?: (line: string) => void;
}

export interface Sandbox {
  /** The base URL for OpenAI clients: `http://127.0.0.1:PORT/v1`. */
  readonly url: string;
  readonly port: number;
  /** Replaces all faults. @throws {RangeError} that says which value is wrong. */
  setFaults(faults: Faults): void;
  stats(): Stats;
  /** Ends connections too, hanging requests included. */
  close(): Promise<void>;
}

/**
 * Starts an OpenAI-compatible endpoint whose answers follow from the instructions and examples in the
 * messages it is sent, and of what its models were fine-tuned with. It works offline.
 * @throws when the port cannot be had, or a fault is out of range.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { host = "127.0.0.1", log = () => {} } = options;
  let faults = checkFaults({ ...(options.latencyMs === undefined ? {} : { latencyMs: options.latencyMs }), ...options.faults });
  const metrics = createMetrics();
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "llmops-sandbox-"));
  const disk = new Disk(folder);
  const models = new TunedModels(disk);
  const complete = createCompletions(metrics, models);
  // Loaded with the first request of them: most runs train nothing.
  let loaded: Promise<FineTuning> | undefined;
  const fineTuning = () => (loaded ??= import("./fineTuning/api.ts").then(({ createFineTuning }) => createFineTuning(disk, models, () => faults.epochMs ?? 0)));

  const serveCompletion = async (api: Api, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const started = performance.now();
    const gone = new AbortController();
    metrics.begin();
    const finish = (status: number) => {
      if (gone.signal.aborted) return;
      const took = performance.now() - started;
      metrics.end(api, status, took / 1000);
      log(`${status === 0 ? "no answer" : status} ${api} ${took.toFixed(1)} ms`);
      gone.abort();
    };
    outgoing.once("close", () => finish(0));
    const answer = await complete(api, incoming, faults, gone.signal).catch((error: unknown) => toError(error, faults.retryAfterS ?? 1));
    if (answer.fate === undefined) finish(answer.status);
    send(outgoing, answer);
  };

  const answerOther = async (incoming: IncomingMessage, route: string): Promise<Answer> => {
    switch (route) {
      case "GET /v1/models":
        return toJson({ object: "list", data: [...[...MODEL_NAMES, EMBEDDING_MODEL, MODERATION_MODEL].map((id) => ({ id, created: 0 })), ...models.list()].map(({ id, created }) => ({ id, object: "model", created, owned_by: "sandbox" })) });
      case "POST /v1/embeddings":
        return answerEmbeddings(await readJson(incoming));
      case "POST /v1/moderations":
        return answerModerations(await readJson(incoming));
      case "GET /health":
        return toJson({ status: "ok" });
      case "GET /metrics":
        return { status: 200, headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" }, chunks: [metrics.text()] };
      case "GET /faults":
        requireLoopback(incoming);
        return toJson(faults);
      case "PUT /faults":
        requireLoopback(incoming);
        faults = readFaults(await readJson(incoming));
        return toJson(faults);
      default: {
        const answered = await (await fineTuning()).answer(incoming);
        if (!answered) throw new ApiError(404, "not_found", `The sandbox does not know ${route}.`);
        return answered;
      }
    }
  };

  const server = http.createServer({ keepAliveTimeout: 65_000 }, (incoming, outgoing) => {
    const route = `${incoming.method} ${(incoming.url ?? "/").split("?")[0]}`;
    if (route === "POST /v1/chat/completions") void serveCompletion("chat", incoming, outgoing);
    else if (route === "POST /v1/completions") void serveCompletion("text", incoming, outgoing);
    else {
      void answerOther(incoming, route)
        .catch((error: unknown) => toError(error, 0))
        .then((answer) => send(outgoing, answer));
    }
  });
  await listen(server, options.port ?? 0, host);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}/v1`,
    port,
    setFaults(value) {
      faults = checkFaults(value);
    },
    stats: () => metrics.stats(),
    close: () =>
      new Promise((resolve) => {
        void loaded?.then((opened) => opened.close());
        server.close(() => {
          if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function listen(server: http.Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "EADDRINUSE" ? new Error(`Port ${port} on ${host} is in use. Choose another one, or 0 for any that is free.`, { cause: error }) : error);
    });
    server.listen(port, host, resolve);
  });
}

function readFaults(body: unknown): Faults {
  try {
    return checkFaults(body);
  } catch (error) {
    throw new ApiError(400, "invalid_value", (error as Error).message);
  }
}

/** Faults are for this machine only; the host name is checked as well, since a web page can rebind its own. */
function requireLoopback({ socket, headers }: IncomingMessage): void {
  const local = /^(?:::ffff:)?127\.|^::1$/.test(socket.remoteAddress ?? "");
  const named = /^(?:localhost|127\.[\d.]+|\[::1\])(?::\d+)?$/.test(headers.host ?? "");
  if (!local || !named) throw new ApiError(403, "forbidden", "Faults can be read and set from this machine only.");
}
