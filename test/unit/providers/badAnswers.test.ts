import assert from "node:assert/strict";
import net from "node:net";
import { once } from "node:events";
import { endpoint, model, open, REMOTE, suiteOf } from "../runner/support.ts";
import { failure, provider, rawServer, send } from "./support.ts";

const http200 = (body: string, more = "") => `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n${more}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

describe("an endpoint's bad answer, over the wire", function () {
  this.timeout(20_000);

  const table: [what: string, talk: (socket: net.Socket) => void, said: (host: string) => string][] = [
    ["an HTML page", (socket) => socket.end(http200("<!doctype html><h1>Welcome</h1>")), (host) => `unanswered: ${host} answered an HTML page with status 200. Is this the address of an OpenAI-compatible API?`],
    ["an empty body", (socket) => socket.end(http200("")), (host) => `unanswered: ${host} answered an empty body with status 200. Is this the address of an OpenAI-compatible API?`],
    ["malformed JSON", (socket) => socket.end(http200('{"choices": [')), (host) => `unanswered: ${host} answered no valid JSON ("{"choices": [") with status 200. Is this the address of an OpenAI-compatible API?`],
    ["JSON without choices", (socket) => socket.end(http200('{"ok": true}')), (host) => `unanswered: ${host} answered JSON that is not a chat completion (choices: Invalid input: expected array, received undefined).`],
    ["no choice", (socket) => socket.end(http200('{"choices": []}')), (host) => `unanswered: ${host} answered JSON that is not a chat completion (choices: Too small: expected array to have >=1 items).`],
    ["a body cut in its middle", (socket) => socket.end(http200("{").replace("Content-Length: 1", "Content-Length: 100")), (host) => `unanswered retry: ${host} closed the connection in the middle of its answer.`],
    ["a chunked body cut in its middle", (socket) => socket.end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"cho\r\n"), (host) => `unanswered retry: ${host} closed the connection in the middle of its answer.`],
    ["no answer but a closed connection", (socket) => socket.destroy(), (host) => `unanswered retry: The connection to ${host} broke (ECONNRESET).`],
    ["no HTTP", (socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n"), (host) => `unanswered retry: The connection to ${host} broke (HPE_INVALID_CONSTANT).`],
  ];
  for (const [what, talk, said] of table) {
    it(`${what} is no answer, and said so`, async () => {
      const { url, host } = await rawServer(talk);
      assert.equal(await failure(provider("openai:chat:m", { apiBaseUrl: url })), said(host));
    });
  }

  it("that never comes is given up after the time that the suite allows, and the connection closed", async () => {
    const { url, host, closed } = await rawServer(() => {});
    assert.equal(await failure(provider("openai:chat:m", { apiBaseUrl: url }, { timeoutMs: 50 })), `unanswered: ${host} did not answer within 0.05 s.`);
    await closed;
    const own = await rawServer((socket) => socket.write(http200("x").slice(0, -1)));
    assert.equal(await failure(provider("openai:chat:m", { apiBaseUrl: own.url, timeoutMs: 60 }, { timeoutMs: 60_000 })), `unanswered: ${own.host} did not answer within 0.06 s.`);
  });

  it("of 50 MB is refused at 20, and the rest is not read", async () => {
    let written = 0;
    const { url, host, closed } = await rawServer((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${50e6}\r\n\r\n`);
      const piece = Buffer.alloc(1e6, " ");
      const more = (error?: Error | null) => {
        if (error || socket.destroyed || written >= 50e6) return;
        written += piece.length;
        socket.write(piece, more);
      };
      more();
    });
    assert.equal(await failure(provider("openai:chat:m", { apiBaseUrl: url })), `unanswered: ${host} sent more than 20 MB.`);
    await closed;
    assert.ok(written < 50e6, `${written} bytes were sent`);
  });

  it("is what a cancelled call does not wait for: the server sees the connection close", async () => {
    const cancel = new AbortController();
    const { url, closed } = await rawServer(() => cancel.abort());
    await assert.rejects(send(provider("openai:chat:m", { apiBaseUrl: url }), undefined, cancel.signal), { name: "HttpError", reason: "aborted" });
    await closed;
  });

  it("of a server that is down, or has no such host, makes it unusable", async () => {
    const server = net.createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as net.AddressInfo;
    server.close();
    await once(server, "close");
    assert.equal(await failure(provider("openai:chat:m", { apiBaseUrl: `http://127.0.0.1:${port}/v1` })), `unusable: 127.0.0.1:${port} cannot be reached (ECONNREFUSED).`);
    assert.equal(await failure(provider("openai:chat:m", { apiBaseUrl: "ftp://one.example/v1" })), "unusable: ftp: is not supported: use http or https.");
  });
});

describe("an endpoint's refusal", function () {
  this.timeout(20_000);

  const table: [status: number, body: string, said: string][] = [
    [400, '{"error":{"message":"max_tokens is too large"}}', "rejected: HTTP 400 from model.example: max_tokens is too large"],
    [413, "", "rejected: HTTP 413 from model.example"],
    [422, '{"detail":[{"msg":"bad"}]}', 'rejected: HTTP 422 from model.example: [{"msg":"bad"}]'],
    [401, '{"error":"invalid key"}', "unusable: HTTP 401 from model.example: invalid key. No key was sent. The secret OPENAI_API_KEY is not set. Run “LLMOps: Set Secret…” in the editor, or set the environment variable OPENAI_API_KEY."],
    [403, "", "unusable: HTTP 403 from model.example. No key was sent. The secret OPENAI_API_KEY is not set. Run “LLMOps: Set Secret…” in the editor, or set the environment variable OPENAI_API_KEY."],
    [404, '{"message":"no such model"}', "unusable: HTTP 404 from model.example: no such model. Check the endpoint's address and the model's name."],
    [429, '{"error":{"message":"slow down"}}', "unanswered retry: HTTP 429 from model.example: slow down"],
    [429, '{"error":{"code":"insufficient_quota","message":"pay"}}', "unusable: HTTP 429 from model.example: pay"],
    [500, "<html>", "unanswered: HTTP 500 from model.example"],
    [503, "", "unanswered retry: HTTP 503 from model.example"],
    [302, "", "unanswered: HTTP 302 from model.example"],
  ];
  for (const [status, body, said] of table) {
    it(`${status} ${body}`, async () => {
      const { http } = model(() => ({ status, body }));
      assert.equal(await failure(provider("openai:chat:m", { apiBaseUrl: REMOTE }, { http })), said);
    });
  }

  it("says of a key that was sent only that it should be checked", async () => {
    const { http } = model(() => ({ status: 401 }));
    const env = { OPENAI_API_KEY: "sk-test-0123456789abcdef", LLMOPS_APPROVED: `OPENAI_API_KEY=${new URL(REMOTE).origin}` };
    assert.equal(await failure(provider("openai:chat:m", { apiBaseUrl: REMOTE }, { http, env })), "unusable: HTTP 401 from model.example. Check the endpoint's key.");
  });

  it("that holds for every call is asked for once, and told with what to do", async () => {
    for (const status of [401, 403, 404]) {
      const { http, asked } = model(() => ({ status }));
      const bench = await open(suiteOf(30, { url: REMOTE }), { http });
      const series = await bench.series({ inFlight: 1 });
      assert.deepEqual([asked.length, series.verdict, series.errors?.count], [1, "error", 30], String(status));
      assert.match(series.errors!.first, status === 404 ? /Check the endpoint's address and the model's name\.$/ : /No key was sent\./);
    }
  });

  it("of one version's endpoint is not held against the other's", async () => {
    const { http, asked } = model(({ url }) => (url.startsWith("https://gone.example") ? { status: 404 } : "good"));
    const endpoints = (baseUrl: string) => ({ "llmops.yaml": `version: 1\nendpoints: { dev: { kind: openai, baseUrl: "${baseUrl}", model: m } }\nsuites: [{ path: promptfooconfig.yaml, endpoint: dev }]\n` });
    const bench = await open({ ...suiteOf(20), ...endpoints("https://gone.example/v1") }, { git: true, http });
    bench.write(endpoints(REMOTE));
    const series = await bench.series({ inFlight: 1 });
    assert.deepEqual([series.verdict, series.passed, series.errors?.count], ["error", 20, 20]);
    assert.equal(asked.filter(({ url }) => url.startsWith(REMOTE)).length, 20);
  });

  it("of a request counts as broken, and an answer that fails to come does not", async () => {
    for (const [reply, verdict, broke] of [[{ status: 400 }, "regression", 30], [{ status: 500 }, "error", 0]] as const) {
      const { http } = model(({ text }) => (text.startsWith("Tell") ? reply : "good"));
      const bench = await open(suiteOf(30, { url: REMOTE }), { git: true, http });
      bench.write({ "prompt.txt": "Tell {{n}}" });
      const series = await bench.series();
      assert.deepEqual([series.verdict, series.broke.length], [verdict, broke]);
    }
  });
});

describe("a redirect", function () {
  this.timeout(20_000);

  it("is not followed: a key goes only where it was approved for", async () => {
    const other = await endpoint(() => "good");
    const first = await endpoint((_asked, outgoing) => void outgoing.writeHead(307, { location: `${other.url}/chat/completions` }).end());
    const env = { MY_KEY: "sk-test-0123456789abcdef", LLMOPS_APPROVED: `MY_KEY=${first.origin}` };
    const said = await failure(provider("openai:chat:m", { apiBaseUrl: first.url, apiKey: "${secret:MY_KEY}" }, { env }));
    assert.equal(said, `unanswered: HTTP 307 from ${new URL(first.url).host}`);
    assert.deepEqual([first.asked.length, other.asked.length], [1, 0]);
  });
});
