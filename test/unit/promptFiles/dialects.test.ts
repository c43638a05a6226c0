import assert from "node:assert/strict";
import { createRenderer, RenderError } from "../../../src/core/prompts/renderer.ts";
import type { Dialect } from "../../../src/core/prompts/dialects.ts";

const messages = async (dialect: Dialect, template: string, vars: Record<string, unknown>) =>
  (await createRenderer([dialect])).prompt(template, vars, {}, dialect).messages.map(({ role, content }) => [role, content]);

const chat = (...contents: string[]) => JSON.stringify(contents.map((content, i) => ({ role: i === 0 ? "system" : "user", content })));

describe("the dialects of prompt files", () => {
  it("replaces literally, and leaves what names no variable", async () => {
    assert.deepEqual(await messages("literal", chat("{{a}} {{ a }} {{b}} {% if a %}"), { a: "x {{b}}" }), [["system", "x {{b}} x {{b}} {{b}} {% if a %}"]]);
    assert.deepEqual(await messages("literal", chat("{{n}} {{o}} {{none}}"), { n: 3, o: { k: 1 }, none: null }), [["system", '3 {"k":1} ']]);
  });

  it("fills Handlebars and Mustache: sections, no escaping", async () => {
    assert.deepEqual(await messages("handlebars", chat("{{#if rude}}Stop.{{else}}Hi <{{name}}>{{/if}}", "{{#items}}[{{name}}]{{/items}}"), { name: "A&B", items: [{ name: 1 }, { name: 2 }] }), [["system", "Hi <A&B>"], ["user", "[1][2]"]]);
  });

  it("takes a dotprompt's roles from its text, in branches too", async () => {
    const body = '{{#if formal}}{{role "system"}}Be formal.{{/if}}{{role "user"}}{{text}}{{role "model"}}Sure.';
    assert.deepEqual(await messages("dotprompt", body, { formal: true, text: "Hi" }), [["system", "Be formal."], ["user", "Hi"], ["assistant", "Sure."]]);
    assert.deepEqual(await messages("dotprompt", body, { text: "Hi" }), [["user", "Hi"], ["assistant", "Sure."]]);
    assert.deepEqual(await messages("dotprompt", "Just {{json o}}", { o: { a: 1 } }), [["user", 'Just {"a":1}']]);
  });

  it("fills Copilot's inputs", async () => {
    assert.deepEqual(await messages("copilot", "Look at ${input:file:which?} and ${input:other}. {{x}}", { file: "a.ts" }), [["user", "Look at a.ts and . {{x}}"]]);
  });

  it("says what keeps a template from being filled in", async () => {
    for (const [dialect, template, reason] of [["handlebars", chat("{{#if a}}"), /Parse error/], ["dotprompt", '{{role "boss"}}x', /there is no role "boss"/], ["dotprompt", "{{media url=u}}", /not supported/]] as const) {
      await assert.rejects(messages(dialect, template, {}), (error) => error instanceof RenderError && reason.test(error.message));
    }
  });

  it("reaches no prototype", async () => {
    assert.deepEqual(await messages("handlebars", chat("{{constructor.name}}{{__proto__.x}}"), { a: 1 }), [["system", ""]]);
  });
});
