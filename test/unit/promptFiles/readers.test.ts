import assert from "node:assert/strict";
import { isPromptFile, readPromptFile } from "../../../src/core/prompts/formats/formats.ts";
import type { PromptFile } from "../../../src/core/prompts/formats/promptFile.ts";

const read = (name: string, text: string, env: Record<string, string> = {}): PromptFile => {
  const found = readPromptFile(`/w/${name}`, text, env);
  assert.ok(found);
  return found;
};
/** Roles and texts; and every text stands where its offsets say. */
const spoken = (file: PromptFile, text: string) =>
  file.messages.map(({ role, content, start, end }) => {
    assert.equal(text.slice(start, end), content);
    return [role, content];
  });

const PROMPTY_1 = `---
name: Triage
description: sorts messages
authors: [a]
model:
  api: chat
  configuration:
    type: azure_openai
    azure_deployment: gpt-4.1-mini
  parameters:
    max_tokens: 200
    temperature: 0.2
sample:
  message: Where is my parcel?
inputs:
  name:
    type: string
    sample: Ada
---
You sort messages.

system:
Be brief, {{name}}.

user:
{{message}}
`;

const PROMPTY_2 = `---
name: Triage
model:
  id: \${env:MODEL:support-7b}
  provider: openai
  apiType: chat
  options: { temperature: 0.1, maxOutputTokens: 50, topP: 0.9, stopSequences: [END] }
inputs:
  - { name: message, kind: string, default: hello }
  - { name: tone, kind: string, example: kind }
template: { format: mustache, parser: prompty }
---
# system:
Be {{tone}}.
user[name="x"]:
{{message}}
assistant:
Sure.
`;

describe("prompt files", () => {
  it("are known by the end of their names", () => {
    assert.deepEqual(["a.prompty", "A.PROMPTY", "b.prompt", "c.prompt.md", "d.md", "e.prompt.yml", "prompt.txt"].map(isPromptFile), [true, true, true, true, false, false, false]);
    assert.equal(readPromptFile("/w/d.md", "text", {}), undefined);
  });

  it("reads .prompty of version 1: model, parameters, samples, messages between role lines", () => {
    const file = read("t.prompty", PROMPTY_1);
    assert.deepEqual(spoken(file, PROMPTY_1), [["system", "You sort messages."], ["system", "Be brief, {{name}}."], ["user", "{{message}}"]]);
    assert.deepEqual([file.name, file.model, file.dialect], ["Triage", "gpt-4.1-mini", "nunjucks"]);
    assert.deepEqual(file.parameters, { max_tokens: 200, temperature: 0.2 });
    assert.deepEqual(file.defaults, { name: "Ada", message: "Where is my parcel?" });
  });

  it("reads .prompty of version 2, with the environment in its model", () => {
    const file = read("t.prompty", PROMPTY_2);
    assert.deepEqual(spoken(file, PROMPTY_2), [["system", "Be {{tone}}."], ["user", "{{message}}"], ["assistant", "Sure."]]);
    assert.deepEqual([file.model, file.dialect], ["support-7b", "handlebars"]);
    assert.equal(read("t.prompty", PROMPTY_2, { MODEL: "other" }).model, "other");
    assert.deepEqual(file.parameters, { temperature: 0.1, max_tokens: 50, top_p: 0.9, stop: ["END"] });
    assert.deepEqual(file.defaults, { message: "hello", tone: "kind" });
  });

  it("reads dotprompt as one template with its configuration", () => {
    const text = `---\nmodel: googleai/gemini-2.0\nconfig: { temperature: 0.3, maxOutputTokens: 9 }\ninput: { schema: { name: string }, default: { name: Ada } }\noutput: { format: json }\n---\n{{role "system"}}\nBe kind.\n{{role "user"}}\nHi {{name}}\n`;
    const file = read("greet.prompt", text);
    assert.deepEqual(spoken(file, text), [["user", '{{role "system"}}\nBe kind.\n{{role "user"}}\nHi {{name}}']]);
    assert.deepEqual([file.model, file.dialect, file.defaults], ["gemini-2.0", "dotprompt", { name: "Ada" }]);
    assert.deepEqual(file.parameters, { temperature: 0.3, max_tokens: 9, response_format: { type: "json_object" } });
  });

  it("reads Copilot's .prompt.md as one message", () => {
    const text = "---\nname: review\nmodel: GPT-4.1\n---\r\n# Review\r\n\r\n${input:file:which file}\r\n";
    const file = read("review.prompt.md", text);
    assert.deepEqual(spoken(file, text), [["user", "# Review\r\n\r\n${input:file:which file}"]]);
    assert.deepEqual([file.name, file.model, file.dialect], ["review", "GPT-4.1", "copilot"]);
  });

  it("takes a file without front matter as it stands, and one that never ends too", () => {
    assert.deepEqual(spoken(read("a.prompty", "user:\nHi"), "user:\nHi"), [["user", "Hi"]]);
    const open = "---\nmodel: x\nuser:\nHi";
    assert.equal(read("a.prompty", open).model, undefined);
  });

  it("says where a front matter is not YAML, by the line in the file", () => {
    const [problem] = read("a.prompty", "---\nname: ok\nmodel: [1,\n---\nuser:\nHi").problems;
    assert.equal(problem?.code, "yaml-syntax");
    assert.ok((problem?.location.range.start.line ?? 0) >= 2);
  });
});
