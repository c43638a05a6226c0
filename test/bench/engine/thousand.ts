import { writeFileSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { ms, type Row, wholeProcess } from "../measure.ts";
import { type Bench, engine, evalAnew, NODE, suite } from "./subject.ts";

const CASES = 1000;
const SERVICE_MS = 50;
const IN_FLIGHT = 50;

/** 1,000 cases against an endpoint that takes 50 ms, beside a client that only sends them. */
export async function thousandRows({ folder, plan, promptfoo }: Bench): Promise<Row[]> {
  const endpoint = await startEndpoint();
  try {
    const cwd = suite(
      join(folder, "thousand"),
      `providers: [{id: 'openai:chat:bench', config: {apiBaseUrl: '${endpoint.url}/v1', apiKey: none}}]\nprompts: ['Answer {{word}}']\ndefaultTest: {assert: [{type: contains, value: answer}, {type: starts-with, value: the}]}\ntests: file://tests.csv\n`,
      { "tests.csv": `word\n${Array.from({ length: CASES }, (_, i) => `word ${i}`).join("\n")}\n` },
    );
    const client = join(folder, "client.mjs");
    writeFileSync(client, bareClient(endpoint.url));
    const inFlight = ["-j", String(IN_FLIGHT)];
    const bare = await wholeProcess({ file: NODE, args: [client] }, plan.slowRuns);
    const cold = await wholeProcess(evalAnew(cwd, ...inFlight), plan.slowRuns);
    const warm = await wholeProcess({ ...engine("eval", ...inFlight), cwd }, plan.slowRuns);
    // Its first run fills its cache, which its second has.
    const peers = [await promptfoo.beside(["eval", ...inFlight], { cwd }), plan.slowPeers ? await promptfoo.beside(["eval", ...inFlight], { cwd }) : "promptfoo: not in the short bench"];
    return [
      { what: `${CASES} cases, 2 assertions, ${SERVICE_MS} ms endpoint, ${IN_FLIGHT} in flight`, value: ms(cold), peer: `bare node:http client ${ms(bare)}; the endpoint alone ${(CASES / IN_FLIGHT) * SERVICE_MS} ms; ${peers[0]}`, limit: "1.25× client", ratio: cold / bare / 1.25 },
      { what: "the same from a warm cache", value: ms(warm), peer: peers[1] as string, limit: "400 ms", ratio: warm / 400 },
    ];
  } finally {
    await endpoint.close();
  }
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
