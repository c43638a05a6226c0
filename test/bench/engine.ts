import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ms, type Row, wholeProcess } from "./measure.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const ENGINE = join(ROOT, "dist/engine.js");
const NODE = process.execPath;
const CASES = 1000;
const SERVICE_MS = 50;
const IN_FLIGHT = 50;

/** Start-up, and 1,000 cases against an endpoint that takes 50 ms, beside a client that only sends them. */
export async function engineRows(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "llmops-bench-"));
  const endpoint = await startEndpoint();
  try {
    const empty = join(folder, "empty.js");
    writeFileSync(empty, "");
    const node = await wholeProcess({ file: NODE, args: [empty] });
    const version = await wholeProcess({ file: NODE, args: [ENGINE, "--version"] });
    const rows: Row[] = [
      { what: "dist/extension.js, what activation loads", value: `${(statSync(join(ROOT, "dist/extension.js")).size / 1000).toFixed(1)} KB`, peer: "–", limit: "150 KB", ratio: statSync(join(ROOT, "dist/extension.js")).size / 150_000 },
      { what: "llmops --version", value: ms(version), peer: `empty Node ${ms(node)}`, limit: "2×", ratio: version / node / 2 },
    ];

    const echo = suite(join(folder, "echo"), "providers: [echo]\nprompts: ['Say {{word}}']\ntests: [{vars: {word: hello}, assert: [{type: contains, value: hello}]}]\n");
    const echoed = await wholeProcess({ file: NODE, args: [ENGINE, "eval"], cwd: echo, before: () => forget(echo) });
    rows.push({ what: "eval of one echo test", value: ms(echoed), peer: `empty Node ${ms(node)}`, limit: "4×", ratio: echoed / node / 4 });

    const thousand = suite(
      join(folder, "thousand"),
      `providers: [{id: 'openai:chat:bench', config: {apiBaseUrl: '${endpoint.url}/v1'}}]\nprompts: ['Answer {{word}}']\ndefaultTest: {assert: [{type: contains, value: answer}, {type: starts-with, value: the}]}\ntests: file://tests.csv\n`,
    );
    writeFileSync(join(thousand, "tests.csv"), `word\n${Array.from({ length: CASES }, (_, i) => `word ${i}`).join("\n")}\n`);
    const client = join(folder, "client.mjs");
    writeFileSync(client, bareClient(endpoint.url));
    const bare = await wholeProcess({ file: NODE, args: [client] }, 5);
    const cold = await wholeProcess({ file: NODE, args: [ENGINE, "eval", "-j", String(IN_FLIGHT)], cwd: thousand, before: () => forget(thousand) }, 5);
    const warm = await wholeProcess({ file: NODE, args: [ENGINE, "eval", "-j", String(IN_FLIGHT)], cwd: thousand }, 5);
    const ideal = (CASES / IN_FLIGHT) * SERVICE_MS;
    rows.push(
      { what: `${CASES} cases, 2 assertions, ${SERVICE_MS} ms endpoint, ${IN_FLIGHT} in flight`, value: ms(cold), peer: `bare node:http client ${ms(bare)}; the endpoint alone ${ideal} ms`, limit: "1.25×", ratio: cold / bare / 1.25 },
      { what: "the same from a warm cache", value: ms(warm), peer: `empty Node ${ms(node)}`, limit: "400 ms", ratio: warm / 400 },
    );
    return rows;
  } finally {
    await endpoint.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function suite(folder: string, text: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "promptfooconfig.yaml"), text);
  return folder;
}

function forget(folder: string): void {
  rmSync(join(folder, ".llmops"), { recursive: true, force: true });
}

async function startEndpoint(): Promise<{ url: string; close: () => Promise<void> }> {
  const body = JSON.stringify({ model: "bench", choices: [{ message: { role: "assistant", content: "the answer" }, finish_reason: "stop" }], usage: { prompt_tokens: 3, completion_tokens: 2 } });
  const server = http.createServer((request, response) => {
    request.resume();
    setTimeout(() => response.writeHead(200, { "content-type": "application/json" }).end(body), SERVICE_MS);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as { port: number };
  return { url: `http://127.0.0.1:${port}`, close: () => new Promise((done) => (server.closeAllConnections(), server.close(() => done()))) };
}

/** The least that any runner must do: the same requests, over a pool, answers read and thrown away. */
function bareClient(url: string): string {
  return `import http from "node:http";
const agent = new http.Agent({ keepAlive: true, maxSockets: ${IN_FLIGHT} });
const send = (i) => new Promise((done, fail) => {
  const body = JSON.stringify({ model: "bench", messages: [{ role: "user", content: "Answer word " + i }], temperature: 0, max_tokens: 1024 });
  const request = http.request("${url}/v1/chat/completions", { method: "POST", agent, headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body) } }, (response) => {
    const chunks = [];
    response.on("data", (chunk) => chunks.push(chunk)).on("end", () => done(JSON.parse(Buffer.concat(chunks))));
  });
  request.on("error", fail).end(body);
});
let next = 0;
await Promise.all(Array.from({ length: ${IN_FLIGHT} }, async () => { while (next < ${CASES}) await send(next++); }));
agent.destroy();
`;
}
