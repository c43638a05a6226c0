import assert from "node:assert/strict";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { JsonTraceSerializer } from "@opentelemetry/otlp-transformer";
import { parseYaml } from "../../../src/core/config/yaml.ts";
import { appended } from "../../../src/core/traces/suite/append.ts";
import { withRow } from "../../../src/core/traces/suite/csvRow.ts";
import { markedPrompts } from "../../../src/core/traces/suite/variables.ts";
import type { Prompt } from "../../../src/core/evals/model.ts";
import { folderWith, json, lines, llmops } from "../cli/support.ts";
import { temporaryFolder } from "../store/support.ts";
import { realSpans } from "./support.ts";

const CASE = { vars: { message: "Hi, you" }, expected: "delivery", metadata: { id: "t/s", model: "m" } };
const PROMPT = "Message: {{message}}";

describe("a span as a case", function () {
  this.timeout(30_000);

  it("finds the variables that a prompt was filled in with", async () => {
    const prompt = (template: string) => ({ template }) as Prompt;
    const of = async (template: string, content: string, names = ["a", "b"]) => (await markedPrompts([prompt(template)], names)).variablesOf([{ role: "user", content }]);
    assert.deepEqual(await of("Say {{a}} to {{b}}!", "Say hello to you!"), { a: "hello", b: "you" });
    assert.deepEqual(await of("{{a}} and {{a}}", "x and x"), { a: "x" });
    assert.equal(await of("{{a}} and {{a}}", "x and y"), undefined);
    assert.equal(await of("{{a}}{{b}}", "xy"), undefined, "nobody can tell which has what");
    assert.equal(await of("Say {{a}}", "Tell x"), undefined);
    assert.equal(await of("{{a", "{{a"), undefined);
    assert.deepEqual(await of("{{a}}, {{b}}", `${"x".repeat(200_000)}, ${", ".repeat(200_000)}y`).then((vars) => vars?.["a"]?.length), 200_000);
    const chat = JSON.stringify([{ role: "system", content: "You know {{b}}." }, { role: "user", content: "{{a}}" }]);
    assert.deepEqual((await markedPrompts([prompt(chat)], ["a", "b"])).variablesOf([{ role: "system", content: "You know shoes." }, { role: "user", content: "Size?" }]), { a: "Size?", b: "shoes" });
  });

  it("goes to where the suite has its tests, and the rest of the file stays", async () => {
    const read = (files: Record<string, string>) => (file: string) => Promise.resolve(files[file] as string);
    const inline = await appended("# suite\nprompts: [a] # one\ntests:\n  # first\n  - vars: { message: x }\n", CASE, read({}), false);
    assert.match(inline.text, /^# suite\nprompts: \[ ?a ?\] # one\ntests:\n {2}# first\n {2}- vars: \{ message: x \}\n {2}- vars:\n {6}message: Hi, you\n/);
    const values = (text: string) => (parseYaml("x.yaml", text).value as { tests: unknown[] }).tests;
    assert.deepEqual(values(inline.text)[1], { vars: CASE.vars, assert: [{ type: "equals", value: "delivery" }], metadata: CASE.metadata });
    assert.equal(values((await appended("prompts: [a]\r\n", CASE, read({}), false)).text).length, 1);
    assert.ok(!/[^\r]\n/.test((await appended("prompts: [a]\r\ntests: []\r\n", CASE, read({}), false)).text), "line ends stay");
    for (const [file, text, added] of [["t.yaml", "- vars: {message: x}\n", 2], ["t.json", '[\n    {"vars": {"message": "x"}}\n]\n', 2], ["t.jsonl", '{"vars": {"message": "x"}}', 2], ["t.csv", "__metadata:id,message,__expected\n1,x,y\n", 3]] as const) {
      const edit = await appended(`tests: file://${file}\n`, CASE, read({ [file]: text }), false);
      assert.equal(edit.file, file);
      assert.ok(edit.text.startsWith(file === "t.json" ? "[\n    {" : text.slice(0, 7)) && /Hi, you/.test(edit.text), edit.text);
      assert.equal(file === "t.csv" || file === "t.jsonl" ? lines(edit.text.trimEnd()).length : (parseYaml(file, edit.text).value as unknown[]).length, added);
    }
    const made = await appended("tests: file://tests.js\n", CASE, read({}), false);
    assert.deepEqual([made.file, values(made.text)[0], values(made.text).length], [undefined, "file://tests.js", 2]);
    assert.deepEqual(await appended("tests: file://t.json\n", CASE, read({ "t.json": "{}" }), false).catch(String), "NoCase: t.json is no list of tests. Mend it first.");
    assert.match(await appended("tests: [", CASE, read({}), false).then(({ text }) => text, String), /^NoCase: The suite cannot be read/);
    const github = await appended("testData:\n  - message: x\n    expected: y\n", CASE, read({}), true);
    assert.deepEqual((parseYaml("x.yaml", github.text).value as { testData: unknown[] }).testData[1], { message: "Hi, you", expected: "delivery" });
  });

  it("is a row of a table only where the table has columns for all of it", () => {
    assert.equal(withRow("message,__metadata:id,__expected\r\n", CASE), 'message,__metadata:id,__expected\r\n"Hi, you",t/s,equals:delivery\r\n');
    assert.equal(withRow("message,__expected\n", CASE), undefined);
  });

  it("is added from the terminal, runs, and is there once", async () => {
    const folder = folderWith({
      "prompt.txt": PROMPT,
      "promptfooconfig.yaml": "prompts: [file://prompt.txt]\nproviders: [echo]\ndefaultTest:\n  assert:\n    - { type: contains, value: '{{queue}}' }\ntests: file://tests.csv\n",
      "tests.csv": "__metadata:id,message,queue\none,Which queue is it?,queue\n",
    });
    const spans = await realSpans();
    writeFileSync(join(folder, "spans.jsonl"), Buffer.concat([JsonTraceSerializer.serializeRequest(spans) as Uint8Array, Buffer.from("\n")]));
    assert.deepEqual(await json(folder, ["traces", "pull", "--file", "spans.jsonl"]), { spans: 2, added: 2, rejected: 0, exit: 0 });
    assert.equal((await json<{ added: number }>(folder, ["traces", "pull", "--file", "spans.jsonl"])).added, 0);
    const { traceId, spanId } = spans[0]!.spanContext();
    const shown = await llmops(folder, ["traces", "show", traceId.slice(0, 10)]);
    assert.match(shown.stdout, /POST \/ask[^]+ {2}chat support-7b .+41 → 7 tokens {3}failed: too slow\n.+user: Message: Where is my parcel\?\n.+answer: delivery\n$/);

    const add = ["traces", "add-to-suite", spanId.slice(0, 12), "--suite", "promptfooconfig.yaml"];
    const refused = await llmops(folder, ["traces", "add-to-suite", traceId, "--suite", "."]);
    assert.deepEqual([refused.code, refused.stderr], [2, `${traceId} is a trace: name a span. "llmops traces show ${traceId}" lists its own.\n`]);
    const added = await llmops(folder, [...add, "--expected", "parcel"]);
    assert.deepEqual([added.code, added.stdout, added.stderr], [0, `tests.csv: the case ${traceId}/${spanId} was added. Check what it expects.\n`, ""]);
    assert.equal(lines(readFileSync(join(folder, "tests.csv"), "utf8"))[2], `${traceId}/${spanId},Where is my parcel?,parcel`);
    assert.match((await llmops(folder, add)).stdout, /is there already/);
    const { verdict, suites } = await json(folder, ["eval"]);
    assert.deepEqual([verdict, suites[0]?.cases], ["passed", 2]);
  });

  it("says what is missing, and leaves what is outside alone", async () => {
    const outside = join(temporaryFolder(), "tests.yaml");
    writeFileSync(outside, "- vars: { topic: a, tone: b }\n");
    const folder = folderWith({ "promptfooconfig.yaml": "prompts: ['On {{topic}}, {{tone}}']\nproviders: [echo]\ntests: [{ vars: { topic: a, tone: b } }]\n", "linked/promptfooconfig.yaml": "prompts: ['Message: {{message}}']\nproviders: [echo]\ntests: tests.yaml\n" });
    symlinkSync(outside, join(folder, "linked/tests.yaml"));
    const spans = await realSpans();
    writeFileSync(join(folder, "spans.json"), JSON.stringify(JSON.parse(Buffer.from(JsonTraceSerializer.serializeRequest(spans) as Uint8Array).toString()), null, 2));
    assert.equal((await json<{ added: number }>(folder, ["traces", "pull", "--file", "spans.json"])).added, 2);
    const call = spans[0]!.spanContext().spanId;
    const none = await llmops(folder, ["traces", "add-to-suite", call, "--suite", "promptfooconfig.yaml"]);
    assert.deepEqual([none.code, none.stderr], [2, "The prompts of the suite do not make the span's messages. Give the variables: --var topic=… --var tone=…\n"]);
    const given = await json<{ isNew: boolean }>(folder, ["traces", "add-to-suite", call, "--suite", "promptfooconfig.yaml", "--var", "topic=x", "--var", "tone=y"]);
    assert.equal(given.isNew, true);
    assert.notEqual((await llmops(folder, ["traces", "add-to-suite", call, "--suite", "linked", "--var", "message=x"])).code, 0);
    assert.equal(readFileSync(outside, "utf8"), "- vars: { topic: a, tone: b }\n");
    const bad = async (args: string[]) => (await llmops(folder, ["traces", ...args])).stderr;
    assert.equal(await bad(["pull"]), "Say from where: --file FILE, or --stdin.\n");
    assert.equal(await bad(["pull", "--file", "none.json"]), "none.json: there is no such file.\n");
    assert.match(await bad(["pull", "--file", "promptfooconfig.yaml"]), /^promptfooconfig\.yaml: Line 1 is no JSON\./);
    assert.equal(await bad(["show", "ffffff"]), 'There is no trace ffffff. "llmops traces list" shows them.\n');
    assert.match(await bad(["show", "%"]), /is no id/);
  });
});
