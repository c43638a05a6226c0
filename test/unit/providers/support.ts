import { once } from "node:events";
import net from "node:net";
import { Redactor } from "../../../src/core/config/redactor.ts";
import type { Http, Secrets } from "../../../src/core/host.ts";
import type { Answer, ProviderSpec } from "../../../src/core/evals/model.ts";
import type { Call, Provider } from "../../../src/core/evals/providers/provider.ts";
import type { CallError } from "../../../src/core/evals/providers/provider.ts";
import { createProvider } from "../../../src/core/evals/providers/registry.ts";
import type { SuiteCode } from "../../../src/core/evals/suiteCode/pool.ts";
import { START } from "../../../src/core/problem.ts";
import { nodeHost } from "../../../src/engine/nodeHost.ts";
import { environmentSecrets } from "../../../src/engine/secrets.ts";
import { quiet } from "../runner/support.ts";

export interface Options {
  readonly env?: Readonly<Record<string, string>>;
  readonly http?: Http;
  readonly secrets?: Secrets;
  readonly timeoutMs?: number;
  readonly folder?: string;
  readonly redactor?: Redactor;
  readonly suiteCode?: SuiteCode;
}

const real = nodeHost({ entry: "", env: {}, secrets: environmentSecrets({}, quiet), log: quiet });
after(() => real.http.close());

/** A provider as a suite's specification makes it, on the real network. */
export function provider(id: string, config: Record<string, unknown>, { env = {}, http = real.http, secrets = environmentSecrets(env, quiet), timeoutMs, folder = import.meta.dirname, redactor = new Redactor(), suiteCode }: Options = {}, more: Partial<ProviderSpec> = {}): Provider {
  const spec: ProviderSpec = { id, label: undefined, config, prompts: undefined, delay: undefined, env: {}, location: () => ({ file: "suite.yaml", range: START }), ...more };
  const sandbox = () => Promise.reject(new Error("no sandbox"));
  return createProvider(spec, { host: { ...real, http, secrets }, sandbox, env, timeoutMs, folder, redactor, ...(suiteCode ? { suiteCode } : {}) })!;
}

export function callOf(text: string, more: Partial<Call> = {}): Call {
  return { messages: [{ role: "user", content: text }], text, vars: {}, overrides: {}, ...more };
}

export function send(from: Provider, call: Call = callOf("Hello"), signal = new AbortController().signal): Promise<Omit<Answer, "cached">> {
  return from.send(from.prepare(call), signal);
}

/** What a call fails with: `unanswered retry: message`. */
export async function failure(from: Provider, call?: Call): Promise<string> {
  try {
    await send(from, call);
  } catch (error) {
    const { kind, retry, message } = error as CallError;
    return `${kind}${retry ? " retry" : ""}: ${message}`;
  }
  throw new Error("It was answered.");
}

/** A server below HTTP: it does with a connection's first bytes whatever it likes. */
export async function rawServer(talk: (socket: net.Socket) => void): Promise<{ url: string; host: string; closed: Promise<void> }> {
  let ended: () => void = () => {};
  const closed = new Promise<void>((resolve) => (ended = resolve));
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => (sockets.delete(socket), ended()));
    socket.once("data", () => talk(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  servers.push(() => (server.close(), sockets.forEach((socket) => socket.destroy())));
  const host = `127.0.0.1:${(server.address() as net.AddressInfo).port}`;
  return { host, url: `http://${host}/v1`, closed };
}

const servers: (() => void)[] = [];
after(() => servers.splice(0).forEach((close) => close()));
