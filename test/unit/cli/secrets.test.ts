import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import type http from "node:http";
import { join } from "node:path";
import { ROOT } from "../engine.ts";
import { completion, endpointSuite, engine, folderWith, good, lines, llmops, sideBySide, withEndpoint } from "./support.ts";

const KEY = "sk-test-0123456789abcdef";

describe("a folder of one's own, without any configuration", function () {
  this.timeout(30_000);

  it("runs on the endpoint that OPENAI_BASE_URL names", async () => {
    const sandbox = engine(folderWith({}), ["sandbox"]);
    const [, url] = await sandbox.shows(/listens on (\S+)/);
    try {
      const prompt = readFileSync(join(ROOT, "samples/support/prompts/triage.txt"), "utf8");
      const assertions = "assert: [{ type: is-json }, { type: contains, value: delivery }]";
      const folder = folderWith({
        "triage.txt": prompt,
        "promptfooconfig.yaml": `prompts: [file://triage.txt]\nproviders: [openai:chat:sandbox-small]\ntests:\n  - { vars: { message: My parcel has not arrived yet. }, ${assertions} }\n  - { vars: { message: I forgot my password. }, ${assertions} }\n`,
      });
      const { code, stdout, stderr } = await llmops(folder, ["eval"], { env: { OPENAI_BASE_URL: url } });
      assert.deepEqual([code, stderr], [100, ""]);
      assert.match(stdout, /accuracy +50\.0\s%/);
      assert.match(lines(stdout).at(-1) ?? "", /^1 failed\. Baseline: nothing to compare with\. {3}exit 100$/);
    } finally {
      sandbox.process.kill();
      await sandbox.ended;
    }
  });
});

describe("a key in the environment", function () {
  this.timeout(30_000);
  const test = sideBySide();
  const authorization = (requests: readonly http.IncomingMessage[]) => requests.map(({ headers }) => headers.authorization);

  test("goes where OPENAI_BASE_URL of the same environment points", async () => {
    await withEndpoint(good, async ({ url, requests }) => {
      const { code } = await llmops(folderWith(endpointSuite(1, {})), ["eval"], { env: { OPENAI_BASE_URL: url, OPENAI_API_KEY: KEY } });
      assert.deepEqual([code, authorization(requests)], [0, [`Bearer ${KEY}`]]);
    });
  });

  test("does not go to an address that only the suite names, unless LLMOPS_APPROVED says so", async () => {
    await withEndpoint(good, async ({ url, requests }) => {
      const folder = folderWith(endpointSuite(1, { apiBaseUrl: url }));
      const origin = new URL(url).origin;
      await llmops(folder, ["eval"], { env: { OPENAI_API_KEY: KEY } });
      await llmops(folder, ["eval", "--no-cache"], { env: { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: "http://127.0.0.1:1/v1" } });
      await llmops(folder, ["eval", "--no-cache"], { env: { OPENAI_API_KEY: KEY, LLMOPS_APPROVED: `OTHER=${origin}` } });
      await llmops(folder, ["eval", "--no-cache"], { env: { OPENAI_API_KEY: KEY, LLMOPS_APPROVED: `OPENAI_API_KEY=${origin}` } });
      assert.deepEqual(authorization(requests), [undefined, undefined, undefined, `Bearer ${KEY}`]);
    });
  });

  test("that llmops.yaml refers to is asked for where it is missing or not approved", async () => {
    await withEndpoint(good, async ({ url, requests }) => {
      const folder = folderWith({
        ...endpointSuite(1, {}),
        "llmops.yaml": `version: 1\nendpoints:\n  own: { kind: openai, baseUrl: "${url}", model: m, apiKey: "\${secret:MY_KEY}" }\nsuites: [{ path: promptfooconfig.yaml, endpoint: own }]\n`,
      });
      const origin = new URL(url).origin;
      const missing = await llmops(folder, ["eval"]);
      assert.equal(missing.code, 3);
      assert.match(missing.stdout, /Not judged: 1 of 1 question had no answer \(The secret MY_KEY is not set\. .+ set the environment variable MY_KEY\)\./);
      const refused = await llmops(folder, ["eval"], { env: { MY_KEY: KEY } });
      assert.equal(refused.code, 3);
      assert.ok(refused.stdout.includes(`MY_KEY is not approved for ${origin}.`) && refused.stdout.includes(`LLMOPS_APPROVED=MY_KEY=${origin}`), refused.stdout);
      assert.equal(requests.length, 0);
      const approved = await llmops(folder, ["eval"], { env: { MY_KEY: KEY, LLMOPS_APPROVED: `MY_KEY=${origin}` } });
      assert.deepEqual([approved.code, authorization(requests)], [0, [`Bearer ${KEY}`]]);
    });
  });

  test("says which part of LLMOPS_APPROVED cannot be read", async () => {
    const { stderr } = await llmops(folderWith({}), ["runs", "list"], { env: { LLMOPS_APPROVED: "MY_KEY" } });
    assert.equal(stderr, 'warning: LLMOPS_APPROVED: "MY_KEY" is not of the form NAME=https://host or NAME=code:path. It is ignored.\n');
  });

  const ECHOES: [string, http.RequestListener][] = [
    ["in its answer", ({ headers }, outgoing) => void outgoing.end(completion(`You sent ${headers.authorization} and ${Buffer.from(String(headers.authorization)).toString("base64")}`))],
    ["in an error", ({ headers }, outgoing) => void outgoing.writeHead(400).end(JSON.stringify({ error: { message: `Incorrect API key provided: ${headers.authorization}` } }))],
    ["in a page", ({ headers }, outgoing) => void outgoing.end(`key ${headers.authorization}`)],
  ];
  for (const [where, answer] of ECHOES) {
    test(`is shown and stored nowhere, even by an endpoint that sends it back ${where}`, async () => {
      await withEndpoint(answer, async ({ url, requests }) => {
        const folder = folderWith(endpointSuite(2, {}));
        const options = { env: { OPENAI_BASE_URL: url, OPENAI_API_KEY: KEY, LLMOPS_LOG: "debug" } };
        const { stdout, stderr } = await llmops(folder, ["eval"], options);
        assert.equal(requests[0]?.headers.authorization, `Bearer ${KEY}`);
        assert.match(stdout, /\*\*\*/, "what it sent is shown, with the key masked");
        const seen = [stdout, stderr, ...filesBelow(join(folder, ".llmops"))];
        // Of base64 the part that the key alone decides, wherever it begins.
        const encoded = [0, 1, 2].map((offset) => Buffer.from("x".repeat(offset) + KEY).toString("base64").slice(4, -4));
        for (const form of [KEY, ...encoded]) for (const text of seen) assert.ok(!text.includes(form), form);
      });
    });
  }
});

/** Every file's bytes, as text in which bytes stand for themselves. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder).map((name) => readFileSync(join(folder, name), "latin1"));
}
