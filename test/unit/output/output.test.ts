import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse as parseCsv } from "csv-parse/sync";
import { SaxesParser } from "saxes";
import { folderWith, llmops } from "../cli/support.ts";
import { sampleFolder, withoutRefunds } from "../engine.ts";

const FILES = ["r.json", "r.xml", "r.sarif", "r.md", "r.html", "r.csv"];

/** Outputs that a careless writer would let act: markup, control characters, formulas, mentions, quotes. */
const NASTY = ['<script>alert(1)</script>', "a | b\n@everyone `x` **y**", 'say "hi", ok\r\nline', "\u0000\u001b[31m & </testcase>\ud800", "=1+1", "🙂 שלום"];

interface XmlNode {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlNode[];
  text: string;
}

/** A tree of a well-formed document; throws for any other. */
function parseXml(text: string): XmlNode {
  const parser = new SaxesParser();
  const top: XmlNode = { name: "", attributes: {}, children: [], text: "" };
  const open = [top];
  parser.on("opentag", ({ name, attributes }) => {
    const node: XmlNode = { name, attributes, children: [], text: "" };
    open.at(-1)?.children.push(node);
    open.push(node);
  });
  parser.on("text", (part) => void (open.at(-1)!.text += part));
  parser.on("closetag", () => void open.pop());
  parser.on("error", (error) => {
    throw error;
  });
  parser.write(text).close();
  return top.children[0]!;
}

describe("results as files", () => {
  const { folder, remove } = sampleFolder();
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  after(remove);

  before(async () => {
    const prompt = join(folder, "prompts/triage.txt");
    writeFileSync(prompt, withoutRefunds(readFileSync(prompt, "utf8")));
    const { code, stderr } = await llmops(folder, ["eval", ...FILES.flatMap((file) => ["-o", file])]);
    assert.equal(code, 1, stderr);
  });

  it("has promptfoo's version 3, a row a question in its order", () => {
    const { results, config } = JSON.parse(read("r.json")) as { results: { version: number; prompts: { label: string; metrics: Record<string, number> }[]; results: Record<string, never>[]; stats: Record<string, number> }; config: { providers: unknown[] } };
    assert.equal(results.version, 3);
    assert.deepEqual(results.prompts.map(({ label }) => label), ["triage", "triage-short"]);
    assert.deepEqual([results.stats["successes"], results.stats["failures"], results.stats["errors"]], [177, 63, 0]);
    assert.deepEqual(results.prompts.map(({ metrics }) => metrics["testPassCount"]), [90, 87]);
    assert.deepEqual(results.results.map((row) => [row["testIdx"], row["promptIdx"]]), Array.from({ length: 240 }, (_, i) => [Math.floor(i / 2), i % 2]));
    const row = results.results.find(({ testIdx, promptIdx }) => testIdx === 3 && promptIdx === 0) as unknown as { success: boolean; score: number; failureReason: number; namedScores: object; metadata: { measured: object }; vars: { message: string }; prompt: { raw: string }; response: { output: string }; gradingResult: { componentResults: { pass: boolean; assertion: { type: string; metric: string } }[] } };
    assert.deepEqual([row.success, row.score, row.failureReason], [false, 0.5, 1]);
    assert.ok(row.prompt.raw.endsWith(`Message: ${row.vars.message}`));
    assert.equal(row.response.output, '{"category":"billing"}');
    assert.deepEqual(row.gradingResult.componentResults.map(({ pass, assertion }) => [pass, assertion.type, assertion.metric]), [[true, "is-json", "format"], [false, "contains", "category"]]);
    // What every answer is measured by is no score that the suite names.
    assert.deepEqual([row.namedScores, row.metadata.measured], [{ format: 1, category: 0 }, { "instruction-following": 1, "profanity-list": 0, toxicity: 0 }]);
    assert.deepEqual(Object.keys(results.prompts[0]?.metrics["namedScores"] as unknown as object), ["format", "category"]);
    assert.deepEqual(config.providers, [{ id: "openai:chat:sandbox-small", label: "dev" }]);
  });

  it("has JUnit's counts and a failure with its reason and output", () => {
    const suites = parseXml(read("r.xml"));
    const [suite] = suites.children;
    assert.deepEqual([suite?.attributes["tests"], suite?.attributes["failures"], suite?.attributes["errors"]], ["240", "63", "0"]);
    const cases = suite?.children.filter(({ name }) => name === "testcase") ?? [];
    assert.equal(cases.length, 240);
    assert.equal(cases.filter(({ children }) => children[0]?.name === "failure").length, 63);
    const failed = cases.find(({ attributes }) => attributes["name"] === "#4 m004" && attributes["classname"]?.includes(".triage."));
    assert.equal(failed?.children[0]?.attributes["message"], 'Expected the output to contain "refund".');
    assert.equal(failed?.children[0]?.text, '{"category":"billing"}');
  });

  it("has the verdict in SARIF on the changed line, with the broken cases related", () => {
    const [run] = (JSON.parse(read("r.sarif")) as { runs: { results: { ruleId: string; level: string; message: { text: string }; locations: { physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number } } }[]; relatedLocations: { physicalLocation: { artifactLocation: { uri: string } } }[] }[] }[] }).runs;
    assert.equal(run?.results.length, 1);
    const [result] = run?.results ?? [];
    assert.deepEqual([result?.ruleId, result?.level], ["regression", "error"]);
    assert.match(result?.message.text ?? "", /accuracy 85\.8.% → 75\.0.%.*16 cases broke, 3 fixed\./);
    assert.equal(result?.locations[0]?.physicalLocation.artifactLocation.uri, "prompts/triage.txt");
    assert.ok((result?.locations[0]?.physicalLocation.region.startLine ?? 0) >= 14);
    assert.equal(result?.relatedLocations.length, 10);
    assert.equal(result?.relatedLocations[0]?.physicalLocation.artifactLocation.uri, "evals/support/tests.csv");
  });

  it("has the evidence in Markdown and HTML", () => {
    assert.match(read("r.md"), /### ❌ `evals\/support\/promptfooconfig\.yaml`: regression[\s\S]*\| accuracy \| 85\.8.% \| 75\.0.% \| −10\.8 points \(−16\.7 … −5\.0, p 0\.0013\) \| \*\*regression\*\*[\s\S]*<summary>16 cases broke, 3 fixed\.<\/summary>/);
    for (const name of ["r.md", "r.html"]) assert.match(read(name), /instruction\\?-following[\s\S]*toxicity[\s\S]*json “Answer with JSON only/);
    assert.match(read("r.html"), /<span class="regression">regression<\/span>[\s\S]*Regression: accuracy 85\.8/);
    assert.equal(read("r.html").match(/<tr><td>\d+<\/td>/g)?.length, 240);
  });

  it("has a line a question in CSV", () => {
    const rows = parseCsv(read("r.csv"), { columns: true }) as Record<string, string>[];
    assert.equal(rows.length, 240);
    assert.deepEqual([rows[6]?.["id"], rows[6]?.["prompt"], rows[6]?.["status"], rows[6]?.["output"]], ["m004", "triage", "failed", '{"category":"billing"}']);
    assert.deepEqual([rows[6]?.["instruction-following"], rows[6]?.["toxicity"], rows[6]?.["profanity-list"]], ["1", "0", "0"]);
  });

  it("lets no output act or break a file", async () => {
    const nasty = folderWith({ "promptfooconfig.yaml": JSON.stringify({ prompts: ["{{text}}"], providers: ["echo"], tests: NASTY.map((text) => ({ description: text, vars: { text }, assert: [{ type: "equals", value: "never" }] })) }) });
    const { code } = await llmops(nasty, ["eval", ...FILES.flatMap((file) => ["-o", file])]);
    assert.equal(code, 100);
    const text = (name: string) => readFileSync(join(nasty, name), "utf8");

    const outputs = (JSON.parse(text("r.json")) as { results: { results: { response: { output: string } }[] } }).results.results.map(({ response }) => response.output);
    assert.deepEqual(outputs, NASTY);
    const written = NASTY.map((output) => output.toWellFormed());
    assert.deepEqual((parseCsv(text("r.csv"), { columns: true }) as Record<string, string>[]).map((row) => row["output"]), written);
    const cases = parseXml(text("r.xml")).children[0]?.children.filter(({ name }) => name === "testcase") ?? [];
    assert.deepEqual(cases.map(({ children }) => children[0]?.text), written.map((output) => output.replace(/[\u0000\u001b]/g, "\ufffd")));
    assert.doesNotMatch(text("r.html"), /<script|<\/testcase/);
    assert.match(text("r.html"), /Content-Security-Policy" content="default-src 'none'/);
    assert.doesNotMatch(text("r.md"), /<script|@everyone|\*\*y\*\*/);
  });

  it("refuses a format that it does not know, before anything runs", async () => {
    const { code, stderr } = await llmops(folder, ["eval", "-o", "r.pdf"]);
    assert.equal(code, 2);
    assert.match(stderr, /The format of r\.pdf is not known\. Known extensions: \.json, \.xml, \.sarif, \.md, \.html, \.csv, \.part\./);
  });

  it("says when a file cannot be written", async () => {
    const { code, stderr } = await llmops(folder, ["eval", "-o", "missing/r.json"]);
    assert.equal(code, 2);
    assert.match(stderr, /r\.json cannot be written \(ENOENT\)/);
  });
});
