import assert from "node:assert/strict";
import { createVerify, generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { join } from "node:path";
import { open, type OpenOptions, SUITE } from "../runner/support.ts";
import { assertMistake } from "../suites/support.ts";

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  /** Of its certificate. */
  readonly client: string | undefined;
}

const closing: (() => void)[] = [];
after(() => closing.forEach((close) => close()));

const certificate = (name: string) => readFileSync(join(import.meta.dirname, "certificates", name));

/** A server that notes what it is asked. `/token` gives tokens that are counted, `/session` sessions; elsewhere `{"text": "good"}`. */
async function server(secure = false): Promise<{ url: string; origin: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  let count = 0;
  const listener = (request: IncomingMessage, reply: http.ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const url = request.url ?? "";
      seen.push({ method: request.method ?? "", url, headers: request.headers, body: Buffer.concat(chunks).toString("latin1"), client: secure ? (request.socket as TLSSocket).getPeerCertificate()?.subject?.CN?.toString() : undefined });
      const answer = url === "/token" ? { access_token: `token-${++count}`, expires_in: 3600 } : url === "/broken" ? { error: "invalid_client" } : { text: "good" };
      reply.writeHead(url === "/broken" ? 401 : 200, { "content-type": "application/json", "x-session": `session-${seen.length}` }).end(JSON.stringify(answer));
    });
  };
  const made = secure ? https.createServer({ ca: certificate("ca.pem"), cert: certificate("server.pem"), key: certificate("server.key"), requestCert: true, rejectUnauthorized: true }, listener) : http.createServer(listener);
  made.listen(0, "127.0.0.1");
  await once(made, "listening");
  closing.push(() => (made.close(), made.closeAllConnections()));
  const origin = `${secure ? "https" : "http"}://127.0.0.1:${(made.address() as AddressInfo).port}`;
  return { origin, url: `${origin}/ask`, seen };
}

const suite = (config: object, tests = 2) => JSON.stringify({ prompts: ["Say {{n}}"], providers: [{ id: "http", config: { method: "POST", body: { q: "{{prompt}}" }, transformResponse: "json.text", ...config } }], tests: Array.from({ length: tests }, (_, n) => ({ vars: { n }, assert: [{ type: "equals", value: "good" }] })) });

async function run(config: object, options: OpenOptions & { files?: Record<string, string | Buffer>; tests?: number } = {}) {
  const { files = {}, tests, ...rest } = options;
  const bench = await open({ [SUITE]: suite(config, tests), ...(files as Record<string, string>) }, rest);
  const evaluation = await bench.evaluate();
  return { bench, verdict: evaluation.report.verdict, reason: evaluation.series[0]!.cases[0]!.current[0]!.reason, stored: JSON.stringify(bench.workspace.store.all("SELECT * FROM result")) };
}

const approved = (names: readonly string[], origin: string) => ({ ...Object.fromEntries(names.map((name) => [name, `${name.toLowerCase()}-0123456789`])), LLMOPS_APPROVED: names.map((name) => `${name}=${origin}`).join() });

describe("what an HTTP provider sends beside its request", function () {
  this.timeout(20_000);

  it("is a bearer token, credentials, or a key in a header or the query, as they are approved", async () => {
    const { url, origin, seen } = await server();
    const env = approved(["A_KEY", "B_KEY"], origin);
    const auths = [
      [{ type: "bearer", token: "${secret:A_KEY}" }, { authorization: "Bearer a_key-0123456789" }],
      [{ type: "basic", username: "${secret:A_KEY}", password: "{{env.B_KEY}}" }, { authorization: `Basic ${Buffer.from("a_key-0123456789:b_key-0123456789").toString("base64")}` }],
      [{ type: "api_key", placement: "header", keyName: "X-Key", value: "${secret:A_KEY}" }, { "x-key": "a_key-0123456789" }],
    ] as const;
    for (const [auth, wanted] of auths) {
      const { verdict, stored } = await run({ url, auth }, { env, tests: 1 });
      assert.equal(verdict, "passed");
      for (const [name, value] of Object.entries(wanted)) assert.equal(seen.at(-1)!.headers[name], value);
      assert.doesNotMatch(stored, /_key-0123456789/);
    }
    await run({ url: `${url}?v=1`, auth: { type: "api_key", placement: "query", keyName: "key", value: "${secret:A_KEY}" } }, { env, tests: 1 });
    assert.equal(seen.at(-1)!.url, "/ask?v=1&key=a_key-0123456789");
    const refused = await run({ url, auth: { type: "bearer", token: "${secret:OTHER}" } }, { env: { OTHER: "other-0123456789" }, tests: 1 });
    assert.match(refused.reason, /OTHER/);
  });

  it("is a token that is asked for once, and goes into templates, too", async () => {
    const { url, origin, seen } = await server();
    const auth = { type: "oauth", grantType: "client_credentials", tokenUrl: `${origin}/token`, clientId: "me", clientSecret: "${secret:A_KEY}", scopes: ["a", "b"] };
    const { verdict, stored } = await run({ url, auth, headers: { "x-token": "{{token}}" } }, { env: approved(["A_KEY"], origin), tests: 5 });
    assert.equal(verdict, "passed");
    const tokens = seen.filter(({ url: asked }) => asked === "/token");
    assert.deepEqual(tokens.map(({ body }) => body), ["grant_type=client_credentials&client_id=me&client_secret=a_key-0123456789&scope=a+b"]);
    assert.deepEqual([...new Set(seen.filter(({ url: asked }) => asked === "/ask").map(({ headers }) => `${headers.authorization} ${headers["x-token"]}`))], ["Bearer token-1 token-1"]);
    assert.doesNotMatch(stored, /token-1|a_key/);
  });

  it("is no token where none can be had, which is an error of the rows", async () => {
    const { url, origin } = await server();
    const auth = { type: "oauth", grantType: "password", username: "u", password: "p" };
    assert.match((await run({ url, auth: { ...auth, tokenUrl: `${origin}/broken` } })).reason, /^The token of auth cannot be had: HTTP 401 from .+: invalid_client\. Check clientId and clientSecret\.$/);
    assert.match((await run({ url, auth: { ...auth, tokenUrl: url } })).reason, /gave no access_token/);
  });

  it("is a session of each call's own", async () => {
    const { url, origin, seen } = await server();
    const session = { url: `${origin}/session?n={{n}}`, headers: { "X-For": "{{n}}" }, body: { start: "{{prompt}}" }, responseParser: "data.headers['x-session']" };
    const { verdict } = await run({ url, session, headers: { Cookie: "sid={{sessionId}}" }, body: { q: "{{prompt}}", id: "{{sessionId}}" } });
    assert.equal(verdict, "passed");
    const sessions = seen.filter(({ url: asked }) => asked.startsWith("/session"));
    assert.deepEqual(sessions.map(({ url: asked, headers, body }) => [asked, headers["x-for"], body]).sort(), [["/session?n=0", "0", '{"start":"Say 0"}'], ["/session?n=1", "1", '{"start":"Say 1"}']]);
    for (const { headers, body } of seen.filter(({ url: asked }) => asked === "/ask")) assert.equal(headers.cookie, `sid=${(JSON.parse(body) as { id: string }).id}`);
    assert.equal(new Set(seen.filter(({ url: asked }) => asked === "/ask").map(({ headers }) => headers.cookie)).size, 2);
    assert.match((await run({ url, session: { ...session, responseParser: "data.body.none" } })).reason, /session\.responseParser found no session/);
  });

  it("is a signature, which stays the same while it is valid", async () => {
    const { url, seen } = await server();
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048, privateKeyEncoding: { type: "pkcs8", format: "pem" }, publicKeyEncoding: { type: "spki", format: "pem" } });
    const { verdict } = await run({ url, signatureAuth: { privateKeyPath: "key.pem", signatureDataTemplate: "me\\n{{signatureTimestamp}}" }, headers: { "x-signature": "{{signature}}", "x-time": "{{signatureTimestamp}}" } }, { files: { "key.pem": privateKey } });
    assert.equal(verdict, "passed");
    const [{ headers }, second] = seen as [Seen, Seen];
    assert.ok(createVerify("SHA256").update(`me\n${headers["x-time"]}`).verify(publicKey, String(headers["x-signature"]), "base64"));
    assert.equal(second.headers["x-signature"], headers["x-signature"]);
  });

  it("is a form with fields and files, which are part of what the answer is known by", async () => {
    const { url, seen } = await server();
    const multipart = { parts: [{ kind: "field", name: "q", value: "{{prompt}}" }, { kind: "file", name: "doc", source: { type: "path", path: "docs/{{n}}.bin" }, filenameTemplate: "of {{n}}.txt" }, { kind: "file", name: "made", source: { type: "generated", text: "Case {{n}} (1)" } }, { kind: "file", name: "image", source: { type: "generated", format: "png" } }] };
    const files = { "docs/0.bin": "zero\r\n", "docs/1.bin": "one" };
    const { bench, verdict } = await run({ url, body: undefined, multipart }, { files });
    assert.equal(verdict, "passed");
    const one = seen.find(({ body }) => body.includes("Say 0"))!;
    const form = await new Response(Buffer.from(one.body, "latin1"), { headers: { "content-type": String(one.headers["content-type"]) } }).formData();
    const doc = form.get("doc") as File;
    assert.deepEqual([form.get("q"), doc.name, await doc.text()], ["Say 0", "of 0.txt", "zero\r\n"]);
    assert.match(await (form.get("made") as File).text(), /^%PDF-1\.4[^]+\(Case 0 \\\(1\\\)\) Tj[^]+%%EOF\n$/);
    assert.equal((form.get("image") as File).type, "image/png");
    seen.length = 0;
    bench.write({ "docs/1.bin": "another" });
    await bench.evaluate();
    assert.deepEqual(seen.map(({ body }) => body.includes("Say 1")), [true], "only what changed is asked");
    const outside = await run({ url, body: undefined, multipart: { parts: [{ kind: "file", name: "x", source: { type: "path", path: "../../etc/passwd" } }] } });
    assert.match(outside.reason, /is outside of the workspace/);
  });

  it("is a certificate, in each form", async () => {
    const { url, seen, origin } = await server(true);
    const files = { "ca.pem": certificate("ca.pem").toString(), "client.pem": certificate("client.pem").toString(), "client.key": certificate("client.key").toString() };
    const env = { KEY: certificate("client.key").toString(), LLMOPS_APPROVED: `KEY=${origin}` };
    const tls = [{ caPath: "ca.pem", certPath: "client.pem", keyPath: "client.key" }, { caPath: "ca.pem", certPath: "client.pem", key: "${secret:KEY}" }, { rejectUnauthorized: false, pfx: certificate("client.pfx").toString("base64"), passphrase: "test" }];
    for (const own of tls) {
      assert.equal((await run({ url, tls: own }, { files, env, tests: 1 })).verdict, "passed");
      assert.equal(seen.at(-1)!.client, "client");
    }
    const { stored, bench } = await run({ url, tls: tls[0] }, { files, tests: 1 });
    assert.doesNotMatch(stored + JSON.stringify(bench.workspace.store.all("SELECT * FROM version_file")), /PRIVATE KEY/, "keys are not kept");
    assert.match((await run({ url, tls: { certPath: "client.pem", keyPath: "client.key" } }, { files, tests: 1 })).reason, /cannot be reached \((SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY)\)/);
    assert.match((await run({ url, tls: { caPath: "none.pem" } }, { tests: 1 })).reason, /none\.pem cannot be read: ENOENT/);
  });

  it("goes on a save nowhere that a person has not agreed to: not for tokens, nor for sessions", async () => {
    const auth = { type: "oauth", grantType: "client_credentials", tokenUrl: "https://token.example/t", clientId: "c", clientSecret: "s" };
    const session = { url: "https://session.example/s", responseParser: "data.body" };
    const bench = await open({ [SUITE]: suite({ url: "http://127.0.0.1:9/", auth, session }) });
    await assert.rejects(bench.evaluate({ trigger: "save", mayCall: () => false }), { name: "ConsentNeeded", origins: ["https://token.example", "https://session.example"] });
  });

  it("is a problem at its place where it cannot be read", async () => {
    const wrong = (config: string) => `prompts: [x]\nproviders: [{ id: http, config: { url: 'https://a.example', body: x, ${config} } }]\ntests: [{ vars: { a: x } }]\n`;
    await assertMistake(wrong("auth: { type: bearer }"), "bad-http-auth", "promptfooconfig.yaml:2:76 { type: bearer }", /It is \{type: bearer, token\}/);
    await assertMistake(wrong("auth: { type: file, path: a.js }"), "bad-http-auth", "promptfooconfig.yaml:2:76 { type: file, path: a.js }", /cannot be run yet/);
    await assertMistake(wrong("session: { url: u }"), "bad-http-session", "promptfooconfig.yaml:2:79 { url: u }", /session\.responseParser/);
    await assertMistake(wrong("session: { url: u, responseParser: 'data.' }"), "bad-transform", "promptfooconfig.yaml:2:105 'data.'", /responseParser does not compile/);
    await assertMistake(wrong("signatureAuth: { type: jks }"), "bad-http-signatureauth", "promptfooconfig.yaml:2:93 jks", /turn a keystore/);
    await assertMistake(wrong("tls: { certPath: a.pem }"), "bad-http-tls", "promptfooconfig.yaml:2:75 { certPath: a.pem }", /needs its key/);
    await assertMistake(wrong("tls: { caPath: /etc/x.pem }"), "outside-workspace", "promptfooconfig.yaml:2:85 /etc/x.pem", /ca: \$\{secret:NAME\}/);
    await assertMistake(wrong("multipart: { parts: [] }"), "bad-http-multipart", "promptfooconfig.yaml:2:90 []", /multipart\.parts/);
  });
});
