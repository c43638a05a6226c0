import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type * as Oniguruma from "vscode-oniguruma";
import type * as Textmate from "vscode-textmate";
import type { IGrammar } from "vscode-textmate";
import { installEditor } from "../harness/editorInstall.ts";
import { root } from "../harness/paths.ts";

const require = createRequire(import.meta.url);

/** Each piece of a text that our grammar, or the editor's, gives a scope of ours, and the last of its scopes. */
function scopes(grammar: IGrammar, text: string): [string, string][] {
  let stack: Parameters<IGrammar["tokenizeLine"]>[1] = null;
  return text.split("\n").flatMap((line) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, stack);
    stack = ruleStack;
    return tokens.flatMap(({ startIndex, endIndex, scopes: all }): [string, string][] => {
      const own = all.at(-1) ?? "";
      const piece = line.slice(startIndex, endIndex).trim();
      return own.endsWith(".llmops") && !own.startsWith("meta.") && piece !== "" ? [[piece, own.replace(/\.llmops$/, "")]] : [];
    });
  });
}

describe("the grammars, on the editor's own", () => {
  let load: (scope: string) => Promise<IGrammar>;

  before(async function () {
    this.timeout(120_000);
    const extensions = join(dirname(installEditor().server), "../extensions");
    const files: Readonly<Record<string, string>> = {
      "text.html.markdown": join(extensions, "markdown-basics/syntaxes/markdown.tmLanguage.json"),
      "source.yaml": join(extensions, "yaml/syntaxes/yaml.tmLanguage.json"),
      "source.yaml.1.2": join(extensions, "yaml/syntaxes/yaml-1.2.tmLanguage.json"),
      "text.llmops": join(root, "syntaxes/prompt.tmLanguage.json"),
      "llmops.template.injection": join(root, "syntaxes/template.tmLanguage.json"),
    };
    const textmate = require("vscode-textmate") as typeof Textmate;
    const oniguruma = require("vscode-oniguruma") as typeof Oniguruma;
    await oniguruma.loadWASM(readFileSync(join(root, "node_modules/vscode-oniguruma/release/onig.wasm")).buffer as ArrayBuffer);
    const registry = new textmate.Registry({
      onigLib: Promise.resolve({ createOnigScanner: (sources) => new oniguruma.OnigScanner(sources), createOnigString: (text) => new oniguruma.OnigString(text) }),
      loadGrammar: async (scope) => (files[scope] ? textmate.parseRawGrammar(readFileSync(files[scope], "utf8"), files[scope]) : null),
      getInjections: (scope) => (["text.html.markdown", "source.yaml", "text.llmops"].includes(scope) ? ["llmops.template.injection"] : []),
    });
    load = async (scope) => (await registry.loadGrammar(scope)) as IGrammar;
  });

  const expression: [string, string][] = [
    ["{{", "punctuation.definition.expression.begin"],
    ["name", "variable.other"],
    ["|", "keyword.operator.pipe"],
    ["upper", "entity.name.function.filter"],
    ["}}", "punctuation.definition.expression.end"],
  ];

  it("colour templates in Markdown, headings and lists included", async () => {
    const markdown = await load("text.html.markdown");
    for (const text of ["Hi {{ name | upper }}", "# {{ name | upper }}", "- **{{ name | upper }}**"]) assert.deepEqual(scopes(markdown, text), expression, text);
    assert.deepEqual(scopes(markdown, "{% if a == 'x' %}"), [["{%", "punctuation.definition.tag.begin"], ["if", "keyword.control"], ["a", "variable.other"], ["'", "string.quoted.single"], ["x", "string.quoted.single"], ["'", "string.quoted.single"], ["%}", "punctuation.definition.tag.end"]]);
    assert.deepEqual(scopes(markdown, "{% raw %}{{ a }}{% endraw %}").filter(([, scope]) => scope === "variable.other"), []);
    assert.deepEqual(scopes(markdown, "${input:city:Which?}").map(([piece]) => piece), ["${", "input", "city", "Which?", "}"]);
  });

  it("colour them in every style of YAML, and not in its comments", async () => {
    const yaml = await load("source.yaml");
    for (const text of ['a: "{{ name | upper }}"', "a: '{{ name | upper }}'", "a: |-\n  x {{ name | upper }}", "a: >\n  x {{ name | upper }}", "a: x {{ name | upper }}"]) assert.deepEqual(scopes(yaml, text), expression, text);
    assert.deepEqual(scopes(yaml, "# {{ name }}"), []);
  });

  it("colour a .prompty: front matter, roles, templates", async () => {
    const prompt = await load("text.llmops");
    const found = scopes(prompt, "---\nname: x\n---\nsystem:\nHi {{ name | upper }}\nuser[name=\"a\"]:\n");
    assert.deepEqual(found.filter(([, scope]) => scope.startsWith("entity.name.section")).map(([piece]) => piece), ["system", "user"]);
    assert.deepEqual(found.slice(-9, -2).filter(([, scope]) => !scope.includes("role")), expression);
  });

  it("end what is not closed with its line", async () => {
    const markdown = await load("text.html.markdown");
    assert.deepEqual(scopes(markdown, "{{ name\nplain text").map(([piece]) => piece), ["{{", "name"]);
  });
});
