import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkFile, problemsOf, writeUnique } from "../../../src/core/training/checks/checkFile.ts";
import { type DataReport, isRefused } from "../../../src/core/training/checks/report.ts";
import { row, TrainingBench } from "./support.ts";

const NEVER = new AbortController().signal;
const GOOD = Array.from({ length: 12 }, (_, at) => row(`Question number ${at} is about ${"abcdefghijkl"[at]!.repeat(12)}`, at % 2 === 0 ? "yes" : "no"));

describe("checks of training data", function () {
  this.timeout(30_000);
  let bench: TrainingBench;
  before(async () => (bench = await TrainingBench.of()));
  after(() => bench.close());

  let number = 0;
  const check = (content: string | Buffer): Promise<DataReport> => {
    const file = join(bench.folder, `data/case${number++}.jsonl`);
    writeFileSync(file, content);
    return checkFile(bench.workspace, file, NEVER);
  };
  const lines = (...more: string[]) => `${[...GOOD, ...more].join("\n")}\n`;
  /** `code line:column severity`, from 1. */
  const found = ({ groups }: DataReport) => groups.flatMap(({ findings }) => findings.map(({ code, line, column, severity }) => `${code} ${line === undefined ? "file" : `${line + 1}:${column + 1}`} ${severity}`));

  const schema: readonly (readonly [what: string, line: string, code: string])[] = [
    ["a row that is no object", "[1]", "data_type"],
    ["a row without messages", '{"text": "a"}', "missing_messages_list"],
    ["messages that are no list", '{"messages": {}}', "missing_messages_list"],
    ["a message that is no object", '{"messages": ["hi"]}', "data_type"],
    ["a message without a role", '{"messages": [{"content": "a"}]}', "message_missing_key"],
    ["a message without content", '{"messages": [{"role": "user"}]}', "message_missing_key"],
    ["an unknown key", '{"messages": [{"role": "user", "content": "a", "colour": 1}, {"role": "assistant", "content": "b"}]}', "message_unrecognized_key"],
    ["an unknown role", '{"messages": [{"role": "robot", "content": "a"}]}', "unrecognized_role"],
    ["empty content", '{"messages": [{"role": "user", "content": ""}, {"role": "assistant", "content": "b"}]}', "missing_content"],
    ["no answer", '{"messages": [{"role": "user", "content": "a"}]}', "example_missing_assistant_message"],
    ["an answer that is not last", '{"messages": [{"role": "assistant", "content": "b"}, {"role": "user", "content": "a"}]}', "roles_out_of_order"],
    ["a late system message", '{"messages": [{"role": "user", "content": "a"}, {"role": "system", "content": "s"}, {"role": "assistant", "content": "b"}]}', "roles_out_of_order"],
  ];
  it("refuse rows under OpenAI's codes, each at its line", async () => {
    const report = await check(lines(...schema.map(([, line]) => line)));
    assert.ok(isRefused(report));
    for (const [at, [what, , code]] of schema.entries()) assert.ok(found(report).includes(`${code} ${13 + at}:1 error`), `${what}: ${found(report).join(", ")}`);
    assert.equal(found(report).length, schema.length);
  });

  it("take answers that are calls of tools, parts of text, and the shape of preferences", async () => {
    const call = '{"messages": [{"role": "user", "content": [{"type": "text", "text": "what is the weather like in Oslo"}]}, {"role": "assistant", "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}]}';
    assert.deepEqual(found(await check(lines(call))), []);
    const preference = (at: number) => JSON.stringify({ input: { messages: [{ role: "user", content: `Question ${at} ${"xyz".repeat(at)}` }] }, preferred_output: [{ role: "assistant", content: "a" }], non_preferred_output: [{ role: "assistant", content: "b" }] });
    const report = await check(Array.from({ length: 10 }, (_, at) => preference(at)).join("\n"));
    assert.deepEqual([report.shape, report.rows, isRefused(report)], ["preference", 10, false]);
    assert.deepEqual(found(await check(lines('{"prompt": "a longer question", "completion": "yes"}'))), ["mixed_shapes file error"]);
  });

  it("mark one broken line among thousands where JSON breaks", async () => {
    const many = Array.from({ length: 5000 }, (_, at) => row(`${at} ${(at * 7919).toString(36)} unlike the others ${(at * 104729).toString(36)}`, "yes"));
    many[4321] = '{"messages": [{"role": "user" "content": "a"}]}';
    const report = await check(many.join("\r\n"));
    assert.deepEqual([found(report).filter((one) => one.startsWith("invalid")), report.rows], [["invalid_json 4322:31 error"], 4999]);
    const [problem] = problemsOf(bench.workspace, report, report.groups.find(({ code }) => code === "invalid_json")!);
    assert.match(problem!.message, /The line is no JSON \(Expected ',' or '}' .*\)\. Each line of the file is one row\./);
  });

  it("say what is no JSONL, empty, too short, not UTF-8 or too long", async () => {
    const pretty = await check(JSON.stringify(JSON.parse(GOOD[0]!), undefined, 2));
    assert.ok(isRefused(pretty) && pretty.rows === 0);
    assert.deepEqual(found(await check("")), ["too_few_rows file error"]);
    assert.deepEqual(found(await check(`${GOOD.slice(0, 9).join("\n")}\n`)), ["too_few_rows file error"]);
    assert.deepEqual(found(await check(Buffer.concat([Buffer.from(lines()), Buffer.from(row("caf\u0001", "no").replace("\\u0001", "\u00e9"), "latin1")]))).map((one) => one.split(" ")[0]), ["invalid_encoding"]);
    const utf16 = await check(Buffer.from(`\ufeff${lines()}`, "utf16le"));
    assert.ok(isRefused(utf16) && utf16.groups.some(({ code }) => code === "invalid_encoding"));
    const long = await check(lines(row(`${"long text ".repeat(10_000)}`, "no")));
    assert.deepEqual(found(long), ["long-rows 13:1 warning"], "100 KB");
    assert.deepEqual(found(await check(lines(`{"messages": "${"x".repeat(9 * 2 ** 20)}"}`))), ["too_long 13:1 error"]);
    assert.deepEqual(found(await check(`\ufeff${lines()}`)), [], "a byte order mark of UTF-8 is none of the text");
  });

  it("find rows that are there twice, and questions with two answers", async () => {
    const report = await check(lines(GOOD[0]!.replace("Question", "QUESTION"), row("Question number 3 is about dddddddddddd", "yes")));
    assert.deepEqual(found(report), ["contradictory-labels 14:1 error", "duplicate-rows 13:1 warning"]);
  });

  it("find a suite's case that is in the data, also where a word differs", async () => {
    const exam = readFileSync(join(bench.folder, "evals/tickets/tests.csv"), "utf8").split("\n").filter((line) => !line.includes('"')).map((line) => line.split(",")[1]!);
    const longest = exam.slice(1).toSorted((a, b) => b.length - a.length)[0]!;
    const report = await check(lines(row(longest.toUpperCase(), "no"), row(`${longest} Ok`, "no")));
    assert.deepEqual(found(report).filter((one) => one.startsWith("leakage")), ["leakage 13:1 error", "leakage 14:1 error"]);
    assert.match(report.groups[0]!.findings[1]!.message, /nearly \(\d\d %\) a case of evals\/tickets, case \d+ \(t\d+\)/);
  });

  it("find what belongs to a person and keys, and do not repeat it", async () => {
    const rows = [
      row("Please write to jane.doe@company.com about the invoice", "yes"),
      row("My card is 4111 1111 1111 1111 and it was charged twice", "yes"),
      row("The order number is 4111 1111 1111 1112 as you can see", "no"),
      row("Pay it back to DE89 3704 0044 0532 0130 00 as soon as possible", "yes"),
      row("Call me at +49 30 901820 when the parcel has come", "yes"),
      row("The log shows AKIAIOSFODNN7EXAMPLE in the second line of the file", "no"),
      row("Use jane@example.com in the documentation of the interface", "no"),
    ];
    const report = await check(lines(...rows));
    assert.deepEqual(found(report), ["secrets 18:1 error", "personal-data 13:1 warning", "personal-data 14:1 warning", "personal-data 16:1 warning", "personal-data 17:1 warning"]);
    assert.ok(!JSON.stringify(report.groups).includes("jane.doe") && !JSON.stringify(report.groups).includes("AKIA"));
  });

  it("find answers that say nothing, and labels that are rare", async () => {
    const rows = Array.from({ length: 60 }, (_, at) => row(`Ticket ${(at * 7919).toString(36)} about ${(at * 104729).toString(36)}`, at < 2 ? "rare" : at % 2 === 0 ? "yes" : "no"));
    const report = await check([...rows, row("What now, says the customer", "N/A")].join("\n"));
    assert.deepEqual(found(report), ["label-balance file warning", "label-balance file warning", "missing-values 61:1 warning"]);
    assert.match(report.groups[0]!.findings[0]!.message, /^"rare" is the answer of 2 of 61 rows \(3\.3 %\)/);
  });

  it("read CSV by its columns, each row at its own line", async () => {
    const file = join(bench.folder, "data/rows.csv");
    const rows = Array.from({ length: 12 }, (_, at) => `"Question ${at}, of many\nin two lines ${"abcdefghijkl"[at]!.repeat(9)}",${at % 2 === 0 ? "yes" : "no"},x`);
    writeFileSync(file, `Question,Label,Other\n${[...rows, "a question that has no answer,,x", rows[0]].join("\n")}\n`);
    const report = await checkFile(bench.workspace, file, NEVER);
    assert.deepEqual([report.rows, report.shape, found(report)], [13, "chat", ["missing_content 26:1 error", "duplicate-rows 27:1 warning"]]);
    writeFileSync(file, "a,b\n1,2\n");
    await assert.rejects(checkFile(bench.workspace, file, NEVER), /The CSV has the columns a, b: it needs one for the question/);
  });

  it("weigh as llmops.yaml says", async () => {
    bench.configure((text) => text.replace("minImprovement: 1pt", "minImprovement: 1pt\n    checks: { weights: { duplicate-rows: error, contradictory-labels: off } }"));
    writeFileSync(join(bench.folder, "data/train.jsonl"), lines(GOOD[0]!, row("Question number 3 is about dddddddddddd", "yes")));
    assert.deepEqual(found(await checkFile(bench.workspace, join(bench.folder, "data/train.jsonl"), NEVER)), ["duplicate-rows 13:1 error"]);
  });

  it("say what changed since the version before", async () => {
    const file = join(bench.folder, "data/versions.jsonl");
    const version = async (rows: readonly string[]) => {
      writeFileSync(file, `${rows.join("\n")}\n`);
      return (await checkFile(bench.workspace, file, NEVER)).changes;
    };
    assert.equal(await version(GOOD), undefined);
    const edited = [...GOOD.slice(2), row("Question number 1 is about bbbbbbbbbbbb", "yes"), row("Something quite new is asked here", "no"), GOOD[5]!];
    const { since: _, ...changes } = (await version(edited))!;
    assert.deepEqual(changes, { added: 2, removed: 1, edited: 1 });
    assert.equal((await version(edited))?.added, 2, "looked at again, it is still compared with the one before");
  });

  it("write a copy without duplicates, and never over a file", async () => {
    const from = join(bench.folder, "data/twice.jsonl");
    writeFileSync(from, lines(GOOD[3]!, row("Question number 0 is about aaaaaaaaaaaaa", "yes")));
    const to = join(bench.folder, "data/once.jsonl");
    assert.deepEqual(await writeUnique(bench.workspace, from, to, NEVER), { kept: 12, removed: 2 });
    assert.equal(readFileSync(to, "utf8"), lines());
    await assert.rejects(writeUnique(bench.workspace, from, to, NEVER), { code: "EEXIST" });
  });
});
