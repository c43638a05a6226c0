import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { URI } from "vscode-uri";
import { folderWith } from "../cli/support.ts";
import { TestClient } from "./client.ts";

describe("prompts as they are typed, in any editor", function () {
  this.timeout(60_000);
  const suite = "prompts: [file://prompt.txt]\nproviders: [echo]\ntests:\n  - vars: { customer: Ann }\n";
  const folder = folderWith({ "promptfooconfig.yaml": suite, "prompt.txt": "Hello {{ customer }}\n" });
  const prompt = join(folder, "prompt.txt");
  const textDocument = { uri: URI.file(prompt).toString() };
  let client: TestClient;

  before(async () => {
    client = await TestClient.start(folder);
    await client.open(prompt, "Hello {{ customer }}\n");
  });
  after(() => client.stop());

  const found = (code: string) => client.diagnostics.get(prompt)?.find((diagnostic) => diagnostic.code === code);

  it("are complained about under a source of their own, with a quick fix", async () => {
    await client.edit(prompt, [0, 9], [0, 17], "custmer");
    const diagnostic = await client.until("the misspelt variable", () => found("undefined-variable"));
    assert.equal(diagnostic.source, "LLMOps prompts");
    assert.deepEqual(diagnostic.range, { start: { line: 0, character: 9 }, end: { line: 0, character: 16 } });
    const [action] = await client.connection.sendRequest<{ title: string; edit: object }[]>("textDocument/codeAction", { textDocument, range: diagnostic.range, context: { diagnostics: [diagnostic] } });
    assert.equal(action?.title, 'Change to "customer"');
    assert.deepEqual(action.edit, { changes: { [textDocument.uri]: [{ range: diagnostic.range, newText: "customer" }] } });
  });

  it("stand beside the verdict of a run", async () => {
    await client.connection.sendNotification("textDocument/didChange", { textDocument: { ...textDocument, version: 3 }, contentChanges: [{ text: "Hello {{ customer \n" }] });
    writeFileSync(prompt, "Hello {{ customer \n");
    await client.save(prompt);
    await client.until("the expression that is not closed", () => found("unclosed-expression"));
    // The suite's own reader finds the same: it is told once.
    await client.until("the run's end", () => JSON.stringify(client.statuses).includes('"judged"'));
    assert.deepEqual(client.diagnostics.get(prompt)?.map(({ code }) => code), ["unclosed-expression"]);
  });

  it("are completed and explained", async () => {
    await client.connection.sendNotification("textDocument/didChange", { textDocument: { ...textDocument, version: 4 }, contentChanges: [{ text: "Hello {{ cu" }] });
    const items = await client.connection.sendRequest<{ label: string; textEdit: { newText: string; range: object } }[]>("textDocument/completion", { textDocument, position: { line: 0, character: 11 } });
    assert.deepEqual(items.map(({ label, textEdit }) => [label, textEdit.newText, textEdit.range]), [["customer", "customer }}", { start: { line: 0, character: 9 }, end: { line: 0, character: 11 } }]]);
    await client.connection.sendNotification("textDocument/didChange", { textDocument: { ...textDocument, version: 5 }, contentChanges: [{ text: "Hello {{ customer }}" }] });
    const hover = await client.connection.sendRequest<{ contents: { value: string }; range: object }>("textDocument/hover", { textDocument, position: { line: 0, character: 10 } });
    assert.match(hover.contents.value, /^variable \*\*customer\*\*\n\npromptfooconfig\.yaml: defined in promptfooconfig\.yaml\n- `Ann`$/);
  });

  it("lead to where a variable is given, and rename it there", async () => {
    const at = { textDocument, position: { line: 0, character: 12 } };
    const definition = await client.connection.sendRequest<{ uri: string; range: object }[]>("textDocument/definition", at);
    assert.deepEqual(definition, [{ uri: URI.file(join(folder, "promptfooconfig.yaml")).toString(), range: { start: { line: 3, character: 12 }, end: { line: 3, character: 20 } } }]);
    assert.equal((await client.connection.sendRequest<object[]>("textDocument/references", { ...at, context: { includeDeclaration: true } })).length, 2);
    assert.deepEqual(await client.connection.sendRequest("textDocument/prepareRename", at), { start: { line: 0, character: 9 }, end: { line: 0, character: 17 } });
    const { changes } = await client.connection.sendRequest<{ changes: Record<string, { newText: string }[]> }>("textDocument/rename", { ...at, newName: "client" });
    assert.deepEqual(Object.values(changes).map((edits) => edits.map(({ newText }) => newText)), [["client"], ["client"]]);
    await assert.rejects(client.connection.sendRequest("textDocument/rename", { ...at, newName: "a b" }), /cannot be a variable's name/);
  });

  it("are coloured, and the suite's files linked", async () => {
    const { data } = await client.connection.sendRequest<{ data: number[] }>("textDocument/semanticTokens/full", { textDocument });
    assert.deepEqual(data.slice(5, 10), [0, 3, 8, 0, 0]);
    const links = await client.connection.sendRequest<{ target: string }[]>("textDocument/documentLink", { textDocument: { uri: URI.file(join(folder, "promptfooconfig.yaml")).toString() } });
    assert.deepEqual(links.map(({ target }) => target), [textDocument.uri]);
  });

  it("show tokens where a person wants it", async () => {
    const params = { textDocument, range: { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } } };
    assert.deepEqual(await client.connection.sendRequest("textDocument/inlayHint", params), []);
    await client.connection.sendNotification("llmops/settings", { runOnSave: true, diagnostics: true, codeLens: true, tokenHints: true });
    assert.deepEqual((await client.connection.sendRequest<{ label: string }[]>("textDocument/inlayHint", params)).map(({ label }) => label), ["≈ 5 tokens"]);
  });

  it("know what changes outside of the editor", async () => {
    writeFileSync(join(folder, "promptfooconfig.yaml"), suite.replace("customer", "client"));
    await client.connection.sendNotification("workspace/didChangeWatchedFiles", { changes: [{ uri: URI.file(join(folder, "promptfooconfig.yaml")).toString(), type: 2 }] });
    await client.until("the variable that is gone", () => found("undefined-variable"));
  });
});
