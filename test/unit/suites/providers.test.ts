import assert from "node:assert/strict";
import { assertMistake, mistakes, said, valid } from "./support.ts";

const suiteOf = (providers: string) => `prompts: [Hi]\nproviders: ${providers}\ntests: [{ vars: { a: x } }]\n`;

async function providers(written: string, files: Record<string, string> = {}) {
  const suite = await valid({ "promptfooconfig.yaml": suiteOf(written), ...files });
  return suite.providers.map(({ location, ...spec }) => ({ ...spec, at: said(suite, location()) }));
}

const NOTHING = { label: undefined, config: {}, prompts: undefined, delay: undefined, env: {} };

describe("providers of a suite", () => {
  it("are ids: of OpenAI's wire format and other vendors', of a program, HTTP and echo", async () => {
    for (const id of ["echo", "openai:gpt-5", "openai:chat:gpt-5", "http", "https://llm.example/v1", "anthropic:messages:m", "anthropic:claude-haiku-4-5", "azure:chat:dep", "azureopenai:chat:dep", "ollama:chat:m:1b", "ollama:m", "ollama:completion:m", "google:gemini-2.5-pro", "exec:python3 p.py"]) assert.deepEqual((await providers(id)).map((spec) => spec.id), [id]);
    assert.deepEqual(await providers("[echo]"), [{ id: "echo", ...NOTHING, at: "promptfooconfig.yaml:2:13 echo" }]);
  });

  it("are objects, their templates and secrets not filled in", async () => {
    const options = "label: fast, config: { temperature: 0, apiKey: '{{env.KEY}}' }, prompts: [promptfooconfig.yaml#0], delay: 5, env: { A: 1 }";
    const expected = { id: "openai:chat:m", label: "fast", config: { temperature: 0, apiKey: "{{env.KEY}}" }, prompts: ["promptfooconfig.yaml#0"], delay: 5, env: { A: "1" } };
    for (const written of [`{ id: 'openai:chat:m', ${options} }`, `{ 'openai:chat:m': { ${options} } }`, `{ anything: { id: 'openai:chat:m', ${options} } }`]) {
      const [{ at: _, ...spec } = { at: "" }] = await providers(`[${written}]`);
      assert.deepEqual(spec, expected, written);
    }
  });

  it("are called targets, too", async () => {
    assert.deepEqual((await valid("prompts: [Hi]\ntargets: [echo]\ntests: [{ vars: { a: x } }]\n")).providers.map(({ id }) => id), ["echo"]);
  });

  it("come from files and globs, each with its place there; what is written beside a file wins", async () => {
    const files = { "p/one.yaml": "- id: echo\n  label: a\n- http\n", "p/two.json": '{"id": "echo", "label": "b", "delay": 1}' };
    assert.deepEqual((await providers('["file://p/*.{yaml,json}"]', files)).map(({ id, label, at }) => [id, label, at.split(" ")[0]]), [["echo", "a", "p/one.yaml:1:3"], ["http", undefined, "p/one.yaml:3:3"], ["echo", "b", "p/two.json:1:1"]]);
    assert.deepEqual((await providers("{ id: file://p/two.json, label: mine }", files)).map(({ id, label, delay }) => [id, label, delay]), [["echo", "mine", 1]]);
  });

  const WRONG: [providers: string, code: string, at: string, message: RegExp, files?: Record<string, string>][] = [
    ["[anthropic:claude]", "unknown-provider", "promptfooconfig.yaml:2:13 anthropic:claude", /The provider "anthropic" cannot be called yet: openai:…, anthropic:…, .+ echo and files of code/],
    ["[anthropic:claude-agent-sdk]", "unknown-provider", "promptfooconfig.yaml:2:13 anthropic:claude-agent-sdk", /"anthropic"/],
    ["[azure:embedding:m]", "unknown-provider", "promptfooconfig.yaml:2:13 azure:embedding:m", /"azure"/],
    ["[google:gemini-2.5-flash-image]", "unknown-provider", "promptfooconfig.yaml:2:13 google:gemini-2.5-flash-image", /"google"/],
    ["['exec: ']", "unknown-provider", "promptfooconfig.yaml:2:13 'exec: '", /"exec"/],
    ["[{ id: nope, label: x }]", "unknown-provider", "promptfooconfig.yaml:2:19 nope", /"nope"/],
    ["[{ 'nope:x': { label: x } }]", "unknown-provider", "promptfooconfig.yaml:2:15 'nope:x'", /"nope"/],
    ["[ollama:embeddings:m]", "unknown-provider", "promptfooconfig.yaml:2:13 ollama:embeddings:m", /"ollama"/],
    ["[openai:embedding:m]", "unknown-provider", "promptfooconfig.yaml:2:13 openai:embedding:m", /"openai"/],
    ["file://p.yaml", "unknown-provider", "p.yaml:2:3 nope", /"nope"/, { "p.yaml": "- echo\n- nope\n" }],
    ["[7]", "bad-provider", "promptfooconfig.yaml:2:13 7", /is an id such as/],
    ["[{ label: x }]", "bad-provider", "promptfooconfig.yaml:2:13 { label: x }", /has no id/],
    ["file://p.py", "missing-file", "promptfooconfig.yaml:2:12 file://p.py", /There is no file p\.py/],
    ["python:p.py:f", "missing-file", "promptfooconfig.yaml:2:12 python:p.py:f", /There is no file p\.py/],
    ["file://p.go", "unknown-provider", "promptfooconfig.yaml:2:12 file://p.go", /Go cannot be called here/],
    ["[file://q.yaml]", "missing-file", "promptfooconfig.yaml:2:13 file://q.yaml", /There is no file q\.yaml/],
    ["[file://q*.yaml]", "missing-file", "promptfooconfig.yaml:2:13 file://q*.yaml", /matches no file/],
    ["file://p.yaml", "cyclic-file", "p.yaml:1:3 file://p.yaml", /leads back to itself/, { "p.yaml": "- file://p.yaml\n" }],
    ["[{ id: echo, transform: 'output(' }]", "bad-transform", "promptfooconfig.yaml:2:36 'output('", /This transform does not compile/],
    ["[{ id: http, config: { url: x, transformResponse: 'json.a +' } }]", "bad-transform", "promptfooconfig.yaml:2:62 'json.a +'", /This transformResponse does not compile/],
  ];
  for (const [written, code, at, message, files] of WRONG) {
    it(`say what is wrong: ${written}${files ? ` with ${JSON.stringify(files)}` : ""}`, () => assertMistake({ "promptfooconfig.yaml": suiteOf(written), ...files }, code, at, message));
  }

  it("warn of keys and prompts that are not known", async () => {
    const found = await mistakes(suiteOf("[{ id: echo, lable: x, prompts: [nope] }]"));
    assert.deepEqual(found.map(({ severity, code, at }) => [severity, code, at]), [
      ["warning", "unknown-key", "promptfooconfig.yaml:2:25 lable"],
      ["warning", "unknown-prompt", "promptfooconfig.yaml:2:13 { id: echo, lable: x, prompts: [nope] }"],
    ]);
    assert.match(found[0]!.message, /Did you mean "label"/);
  });
});
