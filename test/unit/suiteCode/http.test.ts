import assert from "node:assert/strict";
import type { HttpRequest } from "../../../src/core/host.ts";
import { createSuiteCode } from "../../../src/core/evals/suiteCode/pool.ts";
import { environmentSecrets } from "../../../src/engine/secrets.ts";
import { processes } from "../assertions/support.ts";
import { callOf, failure, provider, send } from "../providers/support.ts";
import { quiet } from "../runner/support.ts";
import { assertMistake } from "../suites/support.ts";
import { temporaryFolder } from "../store/support.ts";

const folder = temporaryFolder();
const suiteCode = createSuiteCode(processes, { cwd: folder });
after(() => suiteCode.close());

/** An `http` provider whose requests are noted and answered with a status. */
function noting(config: Record<string, unknown>, http: Record<string, string> = {}, { status = 200, env = {} as Record<string, string> } = {}) {
  const sent: HttpRequest[] = [];
  const answering = { send: (request: HttpRequest) => (sent.push(request), Promise.resolve({ status, headers: {}, body: '{"message":"said"}', latencyMs: 1 })), close() {} };
  const texts = Object.fromEntries(Object.entries(http).map(([name, code]) => [name, { code, fingerprint: code }]));
  return { sent, made: provider("http", config, { http: answering, suiteCode, folder, env, secrets: environmentSecrets(env, quiet) }, { http: texts }) };
}

describe("code of an HTTP provider", function () {
  this.timeout(20_000);
  const config = { url: "https://a.example/x", method: "POST", body: { q: "{{prompt}}" } };

  it("makes what is sent for a prompt, and is part of what the answer is known by", async () => {
    const { sent, made } = noting(config, { transformRequest: "({ q: prompt + vars.a })" });
    await send(made, callOf("Hi", { vars: { a: "!" } }));
    assert.equal(sent[0]!.body, '{"q":"Hi!"}');
    const identity = (code: string, text = "Hi") => noting(config, { transformRequest: code }).made.prepare(callOf(text)).identity;
    assert.equal(identity("prompt"), identity("prompt"));
    assert.notEqual(identity("prompt"), identity("prompt + 1"));
    assert.notEqual(identity("prompt"), identity("prompt", "Ho"));
  });

  it("says which status is an answer; any other is what it else is", async () => {
    assert.deepEqual((await send(noting(config, { validateStatus: "status < 500" }, { status: 422 }).made)).output, { message: "said" });
    assert.equal(await failure(noting(config, { validateStatus: "status < 300" }, { status: 422 }).made), "rejected: HTTP 422 from a.example: said");
    assert.equal(await failure(noting(config, { validateStatus: "false" }, { status: 200 }).made), "unanswered: HTTP 200 from a.example: said");
    assert.match(await failure(noting(config, { validateStatus: "status.none.none" }).made), /^unanswered: validateStatus threw TypeError/);
  });

  it("that does not compile is a problem at its place", async () => {
    const suite = (config: string) => `prompts: [x]\nproviders: [{ id: http, config: { url: 'https://a.example', body: x, ${config} } }]\ntests: [{ vars: { a: x } }]\n`;
    await assertMistake(suite("transformRequest: 'prompt('"), "bad-transform", "promptfooconfig.yaml:2:88 'prompt('", /This transformRequest does not compile/);
    await assertMistake(suite("validateStatus: 7"), "bad-transform", "promptfooconfig.yaml:2:86 7", /validateStatus is JavaScript, or file/);
    await assertMistake(suite("request: file://none.txt"), "missing-file", "promptfooconfig.yaml:2:79 file://none.txt", /There is no file/);
  });
});

describe("a whole HTTP request", () => {
  const request = "POST /x/{{a}} HTTP/1.1\nHost: a.example\nAuthorization: Bearer {{env.KEY}}\nContent-Length: 9\n\n{\"q\": \"{{prompt}}\"}\n";

  it("is filled in as JSON is, and sent to its host alone, with secrets that are released to it", async () => {
    const { sent, made } = noting({ request, url: "https" }, {}, { env: { KEY: "k", LLMOPS_APPROVED: "KEY=https://a.example" } });
    assert.equal(made.origin, "https://a.example");
    await send(made, callOf('say "hi"', { vars: { a: "b c" } }));
    const [{ method, url, headers, body }] = sent as [HttpRequest];
    assert.deepEqual([method, url, body, headers], ["POST", "https://a.example/x/b%20c", '{"q": "say \\"hi\\""}', { authorization: "Bearer k" }]);
  });

  it("must be one, with a host that is written out", () => {
    assert.throws(() => noting({ request: "hello" }), { kind: "unusable", message: /^config\.request must begin like "POST \/path HTTP\/1\.1", not "hello"\.$/ });
    assert.throws(() => noting({ request: "GET / HTTP/1.1\nHost: {{a}}\n\n" }), { kind: "unusable" });
    assert.throws(() => noting({ request: "GET / HTTP/1.1\n\n" }), { kind: "unusable" });
  });
});
