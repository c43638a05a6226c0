import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { headline } from "../../../src/core/regression/words.ts";
import { environmentSecrets } from "../../../src/engine/secrets.ts";
import { endpoint, open, quiet, suiteOf, type Asked, type Reply } from "../runner/support.ts";
import { failure, provider, send } from "./support.ts";

const SECRET = "sk-test-äß/0123456789+abcdef";

describe("a key", function () {
  this.timeout(20_000);

  const approved = (origin: string, name = "MY_KEY") => ({ [name]: SECRET, LLMOPS_APPROVED: `${name}=${origin}` });
  const bearer = async (config: Record<string, unknown>, env: (origin: string) => Record<string, string>) => {
    const server = await endpoint(() => "good");
    await send(provider("openai:chat:m", { apiBaseUrl: server.url, ...config }, { env: env(server.origin) }));
    return server.asked[0]!.headers["authorization"];
  };
  const plain = { ...approved("x"), MY_KEY: "sk-test-0123456789" };

  it("goes to the origin that it is approved for", async () => {
    const env = (origin: string) => ({ ...plain, LLMOPS_APPROVED: `MY_KEY=${origin}` });
    assert.equal(await bearer({ apiKey: "${secret:MY_KEY}" }, env), "Bearer sk-test-0123456789");
    assert.equal(await bearer({ apiKey: "{{env.MY_KEY}}" }, env), "Bearer sk-test-0123456789");
    assert.equal(await bearer({ apiKeyEnvar: "MY_KEY" }, env), "Bearer sk-test-0123456789");
    assert.equal(await bearer({ headers: { Authorization: "Token ${secret:MY_KEY}" } }, env), "Token sk-test-0123456789");
  });

  it("that stands beside an address in the same environment may go there, and nowhere else", async () => {
    const pairs: [name: string, address: string, value: string][] = [
      ["OPENAI_API_KEY", "OPENAI_BASE_URL", "https://mine.example/v1"],
      ["ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "https://mine.example"],
      ["AZURE_OPENAI_API_KEY", "AZURE_API_HOST", "mine.example"],
      ["GEMINI_API_KEY", "GOOGLE_API_HOST", "mine.example"],
      ["OLLAMA_API_KEY", "OLLAMA_BASE_URL", "https://mine.example/"],
    ];
    for (const [name, address, value] of pairs) {
      const secrets = environmentSecrets({ [name]: SECRET, [address]: value, OTHER_KEY: SECRET }, quiet);
      assert.deepEqual(await secrets.get(name, "https://mine.example"), { value: SECRET }, name);
      assert.deepEqual([await secrets.get(name, "https://other.example"), await secrets.get("OTHER_KEY", "https://mine.example")], ["refused", "refused"], name);
    }
  });

  it("goes nowhere else, not to this machine either: it is said how to let it go, and nothing is sent", async () => {
    const server = await endpoint(() => "good");
    for (const config of [{ apiKey: "${secret:MY_KEY}" }, { apiKey: "{{env.MY_KEY}}" }, { headers: { "x-key": "${secret:MY_KEY}" } }]) {
      const refused = await failure(provider("openai:chat:m", { apiBaseUrl: server.url, ...config }, { env: approved("https://other.example") }));
      assert.equal(refused, `unusable: MY_KEY is not approved for ${server.origin}. If you trust this address, choose Run in the editor and approve it; in CI set LLMOPS_APPROVED=MY_KEY=${server.origin}.`);
    }
    assert.match(await failure(provider("openai:chat:m", { apiBaseUrl: server.url, apiKey: "${secret:MY_KEY}" })), /^unusable: The secret MY_KEY is not set\. Run “LLMOps: Set Secret…” in the editor, or set the environment variable MY_KEY\.$/);
    const http = await failure(provider("https", { url: `${server.origin}/ask`, headers: { "x-key": "${secret:MY_KEY}" } }, { env: approved("https://other.example") }));
    assert.match(http, /^unusable: MY_KEY is not approved for/);
    assert.equal(server.asked.length, 0);
  });

  it("that was not sent is said when the endpoint wants one, and why", async () => {
    const server = await endpoint(() => ({ status: 401 }));
    const config = { apiBaseUrl: server.url };
    assert.match(await failure(provider("openai:chat:m", config)), /No key was sent\. The secret OPENAI_API_KEY is not set\./);
    assert.match(await failure(provider("openai:chat:m", config, { env: { OPENAI_API_KEY: "sk-0123456789" } })), /No key was sent\. OPENAI_API_KEY is not approved for http:\/\/127/);
    assert.deepEqual(server.asked.map(({ headers }) => headers["authorization"]), [undefined, undefined]);
  });
});

describe("a secret that an endpoint gives back", function () {
  this.timeout(20_000);

  const key = "sk-test-0123456789+abc/def";
  const encoded = [key, encodeURIComponent(key), Buffer.from(`user:${key}`).toString("base64"), JSON.stringify(key)];
  const table: [what: string, reply: (asked: Asked) => Reply][] = [
    ["in its output", ({ headers }) => `good: ${JSON.stringify(headers)}`],
    ["in its output, encoded", () => `good ${encoded.join(" ")}`],
    ["in an error", ({ headers }) => ({ status: 500, body: JSON.stringify({ error: { message: `bad key ${String(headers["authorization"])}` } }) })],
    ["in a refusal", ({ headers }) => ({ status: 400, body: JSON.stringify({ message: `what is ${String(headers["x-key"])}?` }) })],
    ["in what is no JSON", ({ headers }) => ({ status: 200, body: `key ${String(headers["x-key"])}` })],
    ["as its model's name", ({ headers }) => ({ status: 200, body: JSON.stringify({ model: headers["x-key"], choices: [{ message: { content: "good" } }] }) })],
  ];
  for (const [what, reply] of table) {
    it(`${what} is masked before it is judged, stored or shown`, async () => {
      const server = await endpoint(reply);
      const config = { apiKey: "${secret:MY_KEY}", headers: { "x-key": "${secret:MY_KEY}" } };
      const bench = await open(suiteOf(2, { url: server.url, config }), { env: { MY_KEY: key, LLMOPS_APPROVED: `MY_KEY=${server.origin}` } });
      const evaluation = await bench.evaluate();
      assert.equal(server.asked[0]!.headers["x-key"], key);
      const shown = JSON.stringify(evaluation.report) + evaluation.report.series.map(headline).join();
      bench.workspace.store.db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      const folder = join(bench.folder, ".llmops");
      const stored = readdirSync(folder).map((name) => readFileSync(join(folder, name), "latin1")).join();
      for (const form of encoded) {
        assert.ok(!shown.includes(form), `shown: ${form}`);
        assert.ok(!stored.includes(form), `stored: ${form}`);
      }
      assert.ok(stored.includes("***"));
    });
  }
});
