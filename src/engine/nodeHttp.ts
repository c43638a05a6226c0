import type http from "node:http";
import type https from "node:https";
import { type Http, HttpError, type HttpRequest, type HttpResponse, type TlsOptions } from "../core/host.ts";

/**
 * HTTP over `node:http` with pooled keep-alive connections: `fetch` costs 0.1–0.2 s more per thousand
 * requests and sends headers of its own. Proxies come from `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`
 * (the agent's `proxyEnv`, Node ≥ 22.21); certificate authorities from `NODE_EXTRA_CA_CERTS`.
 */
export function nodeHttp(env: Readonly<Record<string, string | undefined>>): Http {
  const options = { keepAlive: true, maxSockets: 256, scheduling: "lifo", proxyEnv: env } as http.AgentOptions;
  let opened: Clients | undefined;
  return {
    send(request) {
      opened ??= open(options);
      return send(request, opened);
    },
    close() {
      opened?.plain.destroy();
      opened?.secure.destroy();
      for (const agent of opened?.own.values() ?? []) agent.destroy();
    },
  };
}

interface Clients {
  readonly http: typeof http;
  readonly https: typeof https;
  readonly plain: http.Agent;
  readonly secure: https.Agent;
  /** Of requests with certificates of their own. */
  readonly own: Map<TlsOptions, https.Agent>;
  secureWith(tls: TlsOptions): https.Agent;
}

/** With the first request, and not by `import`: that would read every export, and `http.WebSocket` loads undici (20 ms). */
function open(options: http.AgentOptions): Clients {
  const plain = process.getBuiltinModule("node:http");
  const secure = process.getBuiltinModule("node:https");
  const own = new Map<TlsOptions, https.Agent>();
  const secureWith = (tls: TlsOptions) => {
    let agent = own.get(tls);
    if (!agent) own.set(tls, (agent = new secure.Agent({ ...options, ...(tls as https.AgentOptions) })));
    return agent;
  };
  return { http: plain, https: secure, plain: new plain.Agent(options), secure: new secure.Agent(options), own, secureWith };
}

function send(request: HttpRequest, clients: Clients): Promise<HttpResponse> {
  let url: URL;
  try {
    url = new URL(request.url);
  } catch {
    return Promise.reject(new HttpError("invalid-url", `${JSON.stringify(request.url)} is not a URL.`));
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    return Promise.reject(new HttpError("invalid-url", `${url.protocol} is not supported: use http or https.`));
  }
  const { signal, stream } = request;
  if (signal?.aborted) return Promise.reject(new HttpError("aborted", "Cancelled."));
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const content = request.bytes ?? request.body;
    const secure = url.protocol === "https:";
    const outgoing = (secure ? clients.https : clients.http).request(url, {
      method: request.method,
      agent: !secure ? clients.plain : request.tls ? clients.secureWith(request.tls) : clients.secure,
      headers: { ...request.headers, ...(stream ? { "content-length": String(stream.bytes) } : content === undefined ? {} : { "content-length": String(Buffer.byteLength(content)) }) },
    });

    let settled = false;
    const fail = (error: HttpError) => {
      if (settled) return;
      settled = true;
      cleanUp();
      outgoing.destroy();
      reject(error);
    };
    const onAbort = () => fail(new HttpError("aborted", "Cancelled."));
    const timer = setTimeout(() => fail(new HttpError("timeout", `${url.host} did not answer within ${request.timeoutMs / 1000} s.`)), request.timeoutMs);
    const cleanUp = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    };
    signal?.addEventListener("abort", onAbort, { once: true });

    outgoing.on("error", (error: NodeJS.ErrnoException) => {
      const why = error.code ?? error.message;
      // Of an answer that began, or a name server that did not answer: the next call may go well.
      const cut = /^(ECONNRESET|EPIPE|ETIMEDOUT|EAI_AGAIN|HPE_)/.test(why);
      fail(new HttpError(cut ? "cut" : "unreachable", cut ? `The connection to ${url.host} broke (${why}).` : `${url.host} cannot be reached (${why}).`));
    });
    outgoing.on("response", (incoming) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      incoming.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > request.maxBytes) fail(new HttpError("too-large", `${url.host} sent more than ${Math.round(request.maxBytes / 1e6)} MB.`));
        else {
          chunks.push(chunk);
          request.onData?.(chunk, performance.now() - started);
        }
      });
      incoming.on("aborted", () => fail(new HttpError("cut", `${url.host} closed the connection in the middle of its answer.`)));
      incoming.on("error", () => fail(new HttpError("cut", `${url.host} closed the connection in the middle of its answer.`)));
      incoming.on("end", () => {
        if (settled) return;
        settled = true;
        cleanUp();
        const headers: Record<string, string> = {};
        for (const [name, value] of Object.entries(incoming.headers)) if (value !== undefined) headers[name] = String(value);
        resolve({ status: incoming.statusCode ?? 0, headers, body: Buffer.concat(chunks).toString("utf8"), latencyMs: performance.now() - started });
      });
    });
    if (stream) stream.open().on("error", (error) => fail(new HttpError("cut", `What was to be sent cannot be read (${error.message}).`))).pipe(outgoing);
    else outgoing.end(content);
  });
}
