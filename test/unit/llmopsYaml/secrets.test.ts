import assert from "node:assert/strict";
import fc from "fast-check";
import { consentKey, isLoopback, mayCallOnSave, mayRelease, NO_APPROVALS, parseApproved } from "../../../src/core/config/approvals.ts";
import { Redactor } from "../../../src/core/config/redactor.ts";
import { envIn, parseReferences, type ReferenceSource, resolveReferences, secretsIn, UnresolvedReference } from "../../../src/core/config/references.ts";

const ORIGIN = "https://llm.example";

describe("references", () => {
  it("are found with their places", () => {
    const text = 'Bearer ${secret:KEY} {{ env.A }} {{env["B"]}} {{name}} ${secret:} $KEY';
    assert.deepEqual(parseReferences(text).map(({ kind, name, start, end }) => [kind, name, text.slice(start, end)]), [
      ["secret", "KEY", "${secret:KEY}"],
      ["env", "A", "{{ env.A }}"],
      ["env", "B", '{{env["B"]}}'],
    ]);
  });

  it("are listed wherever they stand in a value", () => {
    const value = { apiKey: "${secret:B}", headers: [{ x: "a ${secret:A} ${secret:B} {{env.C}}" }], n: 1, none: null };
    assert.deepEqual(secretsIn(value), ["A", "B"]);
    assert.deepEqual(envIn(value), ["C"]);
  });

  const source = (asked: string[] = []): ReferenceSource => ({
    secret: async (name, origin) => {
      asked.push(`${name} ${origin}`);
      return name === "KEY" ? { value: "s3cret-value" } : name === "HELD" ? "refused" : "missing";
    },
    env: async (name) => (name === "TEAM" ? { value: "support" } : "missing"),
  });

  it("are resolved for one origin, and what is released is masked from then on", async () => {
    const asked: string[] = [];
    const redactor = new Redactor();
    const value = { headers: { Authorization: "Bearer ${secret:KEY}" }, list: ["{{env.TEAM}}", 1, true, null] };
    const resolved = await resolveReferences(value, ORIGIN, source(asked), redactor);
    assert.deepEqual(resolved, { headers: { Authorization: "Bearer s3cret-value" }, list: ["support", 1, true, null] });
    assert.deepEqual(asked, [`KEY ${ORIGIN}`]);
    assert.equal(value.headers.Authorization, "Bearer ${secret:KEY}", "the configuration keeps the name only");
    assert.equal(redactor.redact("sent s3cret-value to support"), "sent *** to ***");
  });

  it("a value that looks like a reference is not resolved again", async () => {
    const nested: ReferenceSource = { ...source(), env: async () => ({ value: "${secret:KEY}" }) };
    assert.equal(await resolveReferences("{{env.X}}", ORIGIN, nested, new Redactor()), "${secret:KEY}");
  });

  it("without a value say what to do, and for which address", async () => {
    const failure = (text: string) => resolveReferences(text, ORIGIN, source(), new Redactor()).then(() => assert.fail("resolved"), (error: unknown) => error as UnresolvedReference);
    const missing = await failure("${secret:NONE}");
    assert.ok(missing instanceof UnresolvedReference);
    assert.equal(missing.reason, "missing");
    assert.match(missing.message, /NONE is not set.*Set Secret/);
    const refused = await failure("${secret:HELD}");
    assert.equal(refused.reason, "refused");
    assert.match(refused.message, /not approved for https:\/\/llm\.example.*LLMOPS_APPROVED=HELD=https:\/\/llm\.example/);
    assert.match((await failure("{{env.NONE}}")).message, /environment variable NONE is not set/);
  });
});

describe("redactor", () => {
  const SECRET = 'sk-"é/+&=\\42 x';

  it("masks a secret in every form in which it is written", () => {
    const redactor = new Redactor();
    redactor.add(SECRET);
    const forms = [
      SECRET,
      JSON.stringify({ key: SECRET }),
      encodeURIComponent(SECRET),
      encodeURIComponent(SECRET).replace(/%../g, (escape) => escape.toLowerCase()),
      new URLSearchParams({ key: SECRET }).toString(),
      ...["", "u:", "us:", "user:"].flatMap((user) => ["base64", "base64url"].map((encoding) => Buffer.from(user + SECRET).toString(encoding as BufferEncoding))),
    ];
    for (const form of forms) assert.match(redactor.redact(`before ${form} after`), /^before .{0,12}\*\*\*.{0,4} after$/, form);
  });

  it("masks the lines of a secret of several lines, and the longest of overlapping secrets", () => {
    const redactor = new Redactor();
    redactor.add("first-line\nsecond-line\n");
    redactor.add("second-line-and-more");
    assert.equal(redactor.redact("> second-line <"), "> *** <");
    assert.equal(redactor.redact("> second-line-and-more <"), "> *** <");
  });

  it("leaves short values and other text alone", () => {
    const redactor = new Redactor();
    redactor.add("abc12");
    assert.equal(redactor.redact("abc12 stays"), "abc12 stays");
  });

  it("no secret survives, whatever its characters and surroundings", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6, maxLength: 40, unit: "grapheme" }), fc.string(), fc.nat(5), (secret, around, offset) => {
        const redactor = new Redactor();
        redactor.add(secret);
        assert.ok(!redactor.redact(around + secret + around).includes(secret) || "***".includes(secret) || /^\**$/.test(secret));
        const encoded = Buffer.from("x".repeat(offset) + secret + "tail").toString("base64");
        assert.ok(redactor.redact(encoded).includes("***"));
      }),
    );
  });
});

describe("approvals", () => {
  it("know this machine by address, not by how a name looks", () => {
    for (const origin of ["http://127.0.0.1:8080", "http://127.9.9.9", "http://[::1]:3000", "http://localhost:11434", "http://127.1"]) assert.ok(isLoopback(origin), origin);
    for (const origin of ["http://localhost.evil.example", "http://127.0.0.1.evil.example", "http://0.0.0.0", "http://10.0.0.1", "https://evil.example/127.0.0.1", "http://localhost@evil.example", "file:///localhost", "nonsense"])
      assert.ok(!isLoopback(origin), origin);
  });

  it("a save calls this machine, and others only after consent", () => {
    assert.ok(mayCallOnSave("http://127.0.0.1:1", NO_APPROVALS));
    assert.ok(!mayCallOnSave(ORIGIN, NO_APPROVALS));
    const approved = { ...NO_APPROVALS, origins: new Set([ORIGIN]) };
    assert.ok(mayCallOnSave(`${ORIGIN}/v1`, approved));
    assert.ok(!mayCallOnSave("https://llm.example:8443", approved));
    assert.ok(!mayCallOnSave("http://llm.example", approved));
  });

  it("a secret goes to its vendor, else only where it was approved, this machine included", () => {
    assert.ok(mayRelease("OPENAI_API_KEY", "https://api.openai.com/v1", NO_APPROVALS));
    assert.ok(mayRelease("ANTHROPIC_API_KEY", "https://api.anthropic.com", NO_APPROVALS));
    for (const name of ["GOOGLE_API_KEY", "GEMINI_API_KEY"]) assert.ok(mayRelease(name, "https://generativelanguage.googleapis.com/v1beta", NO_APPROVALS));
    assert.ok(!mayRelease("OPENAI_API_KEY", "https://api.openai.com.evil.example", NO_APPROVALS));
    assert.ok(!mayRelease("OPENAI_API_KEY", "http://api.openai.com", NO_APPROVALS));
    assert.ok(!mayRelease("OPENAI_API_KEY", "http://127.0.0.1:1", NO_APPROVALS));
    assert.ok(!mayRelease("ANTHROPIC_API_KEY", "https://api.openai.com", NO_APPROVALS));
    const { approvals } = parseApproved("OPENAI_API_KEY=http://127.0.0.1:1");
    assert.ok(mayRelease("OPENAI_API_KEY", "http://127.0.0.1:1/v1", approvals));
    assert.ok(!mayRelease("OPENAI_API_KEY", "http://127.0.0.1:2", approvals));
    assert.ok(!mayRelease("OTHER", "http://127.0.0.1:1", approvals));
  });

  it("hold for one workspace", () => {
    assert.equal(consentKey("/a", ORIGIN), consentKey("/a", ORIGIN));
    assert.notEqual(consentKey("/a", ORIGIN), consentKey("/b", ORIGIN));
    assert.notEqual(consentKey("/a", ORIGIN), consentKey("/a", `K=${ORIGIN}`));
  });

  it("LLMOPS_APPROVED lists pairs; what is not one is said and approves nothing", () => {
    const { approvals, mistakes } = parseApproved(" A=https://x.example/v1 , B=http://y.example:80,C, =https://z.example,D=ftp://z.example");
    assert.deepEqual([...approvals.secrets], ["A=https://x.example", "B=http://y.example"]);
    assert.equal(approvals.origins.size, 0);
    assert.equal(mistakes.length, 3);
    assert.deepEqual(parseApproved(undefined), { approvals: NO_APPROVALS, mistakes: [] });
  });
});
