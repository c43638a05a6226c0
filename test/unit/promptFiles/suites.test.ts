import assert from "node:assert/strict";
import { withAffixes } from "../../../src/core/prompts/affixes.ts";
import { createRenderer } from "../../../src/core/prompts/renderer.ts";
import { read, valid, workspace } from "../suites/support.ts";

const SUITE = `prompts: [file://t.prompty, file://g.prompt, { id: file://r.prompt.md, label: review, config: { seed: 1 } }]
providers: [echo]
tests: [{ vars: { message: Hi } }]
`;
const PROMPTY = `---
name: Triage
model: { api: chat, parameters: { temperature: 0.2, max_tokens: 9 } }
sample: { tone: kind, message: unused }
---
system:
Be {{tone}}.
user:
{{message}}
`;

describe("prompt files in a suite", () => {
  it("are prompts with their own names, parameters, defaults and places", async () => {
    const suite = await valid({ "promptfooconfig.yaml": SUITE, "t.prompty": PROMPTY, "g.prompt": "Say {{message}}\n", "r.prompt.md": "---\nmode: agent\n---\nLook at ${input:message}\n" });
    assert.deepEqual(suite.prompts.map(({ label, dialect, config, location }) => [label, dialect, config, location.range.start.line, location.range.end.line]), [
      ["Triage", "nunjucks", { temperature: 0.2, max_tokens: 9 }, 6, 8],
      ["g.prompt", "dotprompt", {}, 0, 0],
      ["review", "copilot", { seed: 1 }, 3, 3],
    ]);
    const renderer = await createRenderer(suite.prompts.map(({ dialect = "nunjucks" }) => dialect));
    const asked = suite.prompts.map(({ template, dialect, defaults }) => renderer.prompt(template, { ...defaults, ...suite.cases[0]?.vars }, {}, dialect).messages.map(({ role, content }) => [role, content]));
    assert.deepEqual(asked, [[["system", "Be kind."], ["user", "Hi"]], [["user", "Say Hi"]], [["user", "Look at Hi"]]]);
  });

  it("say where their front matter is wrong", async () => {
    const { problems } = await read(workspace({ "promptfooconfig.yaml": SUITE.replace(/\[file.*\]/, "[file://t.prompty]"), "t.prompty": "---\nname: [\n---\nuser:\nHi\n" }));
    assert.deepEqual(problems.map(({ code, location }) => [code, location.file.endsWith("t.prompty")]), [["yaml-syntax", true]]);
  });
});

describe("a test's prefix and suffix", () => {
  const CHAT = JSON.stringify([{ role: "system", content: "S" }, { role: "user", content: "U" }]);
  for (const [name, template, expected] of [
    ["stand around a text", "T", "aTb"],
    ["go into the first and last message of a chat", CHAT, JSON.stringify([{ role: "system", content: "aS" }, { role: "user", content: "Ub" }])],
    ["stand around a list that is no chat", "[1]", "a[1]b"],
  ] as const) {
    it(name, () => assert.equal(withAffixes(template, "a", "b"), expected));
  }

  it("leave a template alone where there are none", () => assert.equal(withAffixes(CHAT, "", ""), CHAT));
});
