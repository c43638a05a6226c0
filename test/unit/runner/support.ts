import { existsSync } from "node:fs";
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { diskSnapshot } from "../../../src/core/config/diskSnapshot.ts";
import { findRepository } from "../../../src/core/git/repository.ts";
import type { Clock, Host, Http, HttpRequest, Log } from "../../../src/core/host.ts";
import { type EvaluateOptions, type Evaluation, evaluateSuite } from "../../../src/core/regression/evaluate.ts";
import type { MetricReport, RunReport, SeriesReport } from "../../../src/core/regression/report.ts";
import type { Workspace } from "../../../src/core/regression/workspace.ts";
import { openStore } from "../../../src/core/store/open.ts";
import { nodeHost } from "../../../src/engine/nodeHost.ts";
import { environmentSecrets } from "../../../src/engine/secrets.ts";
import { write } from "../cli/support.ts";
import { commitAll, ENV, gitIn } from "../engine.ts";
import { temporaryFolder } from "../store/support.ts";

export const SUITE = "promptfooconfig.yaml";
/** An address that no test reaches: what is sent there goes to a `model`. */
export const REMOTE = "https://model.example/v1";
export const LOOPBACK = "http://127.0.0.1:9/v1";

export const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} };

const opened: (() => unknown)[] = [];

after(async () => {
  for (const close of opened.splice(0)) await close();
});

export interface OpenOptions extends Partial<Pick<Host, "clock" | "http" | "secrets">> {
  readonly env?: Readonly<Record<string, string>>;
  /** The files are committed to a repository's `main` first. */
  readonly git?: boolean;
}

/** A workspace on a folder of its own, as the engine opens one; only what a test names is replaced. */
export class Bench {
  readonly folder: string;
  readonly workspace: Workspace;
  readonly git: (...args: string[]) => string;

  constructor(workspace: Workspace) {
    this.folder = workspace.root;
    this.workspace = workspace;
    this.git = gitIn(workspace.root);
  }

  get suite(): string {
    return join(this.folder, SUITE);
  }

  write(files: Readonly<Record<string, string>>): void {
    write(this.folder, files);
  }

  commit(message: string, files: Readonly<Record<string, string>> = {}): string {
    this.write(files);
    this.git("add", ".");
    this.git("commit", "-qm", message);
    return this.head();
  }

  head(): string {
    return this.git("rev-parse", "HEAD").trim();
  }

  evaluate(options: Partial<EvaluateOptions> = {}): Promise<Evaluation> {
    const sandbox = () => Promise.reject(new Error("This test starts no sandbox."));
    return evaluateSuite(this.workspace, { file: this.suite, trigger: "manual", signal: new AbortController().signal, sandbox, ...options });
  }

  async report(options: Partial<EvaluateOptions> = {}): Promise<RunReport> {
    return (await this.evaluate(options)).report;
  }

  /** The report of a suite's only series. */
  async series(options: Partial<EvaluateOptions> = {}): Promise<SeriesReport> {
    return (await this.report(options)).series[0]!;
  }
}

export async function open(files: Readonly<Record<string, string>>, options: OpenOptions = {}): Promise<Bench> {
  const folder = temporaryFolder();
  write(folder, files);
  if (options.git) commitAll(folder);
  return openFolder(folder, options);
}

export async function openFolder(folder: string, { env = {}, git: _git, ...replaced }: OpenOptions = {}): Promise<Bench> {
  const real = nodeHost({ entry: fileURLToPath(new URL("../../../src/engine/main.ts", import.meta.url)), env, secrets: environmentSecrets(env, quiet), log: quiet });
  const host: Host = { ...real, ...replaced };
  const store = await openStore(join(folder, ".llmops"), host.clock.now);
  opened.push(() => (store.close(), real.http.close()));
  const repository = existsSync(join(folder, ".git")) ? await findRepository(folder, ENV) : undefined;
  return new Bench({ root: folder, host, store, repository, disk: diskSnapshot(folder) });
}

/** A clock that moves only when it is told to; whoever sleeps wakes at once, and it is noted for how long. */
export function manualClock(start = Date.UTC(2026, 0, 1)): Clock & { readonly slept: number[]; advance(ms: number): void } {
  let time = start;
  const slept: number[] = [];
  return {
    slept,
    now: () => time,
    monotonic: () => performance.now(),
    sleep(ms, signal) {
      signal?.throwIfAborted();
      slept.push(ms);
      return Promise.resolve();
    },
    advance: (ms) => void (time += ms),
  };
}

export interface Asked {
  readonly url: string;
  /** The last message's text. */
  readonly text: string;
  readonly body: Record<string, unknown>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** What an endpoint answers: an output, or more of a completion, or any other response. */
export type Reply = string | { readonly output: unknown; readonly latencyMs?: number; readonly fingerprint?: string; readonly tokens?: number } | { readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> };

function asked(url: string, text: string, headers: Asked["headers"]): Asked {
  const body = text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
  const messages = (body["messages"] ?? []) as { content: string }[];
  return { url, body, headers, text: messages.at(-1)?.content ?? String(body["prompt"] ?? "") };
}

function response(reply: Reply): { status: number; headers: Readonly<Record<string, string>>; body: string; latencyMs: number } {
  if (typeof reply !== "string" && "status" in reply) return { headers: {}, body: "", latencyMs: 1, ...reply };
  const { output, latencyMs = 1, fingerprint = "fp_1", tokens = 2 } = typeof reply === "string" ? { output: reply } : reply;
  const body = JSON.stringify({ model: "m", system_fingerprint: fingerprint, choices: [{ message: { role: "assistant", content: output }, finish_reason: "stop" }], usage: { prompt_tokens: 1, completion_tokens: tokens - 1 } });
  return { status: 200, headers: { "content-type": "application/json" }, body, latencyMs };
}

/** An endpoint without a network, for addresses that are not this machine and for latencies by design. */
export function model(reply: (asked: Asked) => Reply): { http: Http; asked: Asked[] } {
  const all: Asked[] = [];
  const send = (request: HttpRequest) => {
    const one = asked(request.url, request.body ?? "", request.headers ?? {});
    all.push(one);
    return Promise.resolve(response(reply(one)));
  };
  return { asked: all, http: { send, close() {} } };
}

export interface Endpoint {
  readonly url: string;
  readonly origin: string;
  readonly asked: Asked[];
  /** How many requests were open at once. */
  readonly most: () => number;
}

/** A real server. `reply` may wait, and may answer by itself and return nothing. */
export async function endpoint(reply: (asked: Asked, outgoing: http.ServerResponse) => Reply | undefined | Promise<Reply | undefined>): Promise<Endpoint> {
  const all: Asked[] = [];
  let inFlight = 0;
  let most = 0;
  const server = http.createServer((incoming, outgoing) => {
    most = Math.max(most, ++inFlight);
    outgoing.once("close", () => inFlight--);
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const one = asked(incoming.url ?? "", Buffer.concat(chunks).toString(), incoming.headers);
      all.push(one);
      void Promise.resolve(reply(one, outgoing)).then((found) => {
        if (found === undefined) return;
        const { status, headers, body } = response(found);
        outgoing.writeHead(status, headers).end(body);
      });
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  opened.push(() => (server.close(), server.closeAllConnections()));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: `${origin}/v1`, origin, asked: all, most: () => most };
}

export interface SuiteParts {
  readonly prompt?: string;
  readonly provider?: string | Record<string, unknown>;
  readonly url?: string;
  readonly config?: Record<string, unknown>;
  readonly assert?: readonly Record<string, unknown>[];
  readonly tests?: readonly Record<string, unknown>[];
  readonly more?: Record<string, unknown>;
}

/** A suite of `count` cases that ask one endpoint; its prompt has a file of its own. JSON is YAML. */
export function suiteOf(count: number, { prompt = "Say {{n}}", url = LOOPBACK, config = {}, assert = [{ type: "contains", value: "good" }], ...parts }: SuiteParts = {}): Record<string, string> {
  const provider = parts.provider ?? { id: "openai:chat:m", config: { apiBaseUrl: url, ...config } };
  const tests = parts.tests ?? Array.from({ length: count }, (_, i) => ({ vars: { n: i + 1 } }));
  return {
    [SUITE]: JSON.stringify({ prompts: ["file://prompt.txt"], providers: [provider], defaultTest: { assert }, tests, ...parts.more }, undefined, 1),
    "prompt.txt": prompt,
  };
}

export function metric(series: SeriesReport, name: string): MetricReport {
  const found = series.metrics.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`There is no metric ${name}: ${series.metrics.map((candidate) => candidate.name).join(", ")}.`);
  return found;
}

/** The number at the end of what an endpoint was asked. */
export function numberOf(text: string): number {
  return Number(/\d+$/.exec(text.trim())?.[0]);
}
