import { locationOf, placeAt } from "../../../src/core/evals/suite/source.ts";
import assert from "node:assert/strict";
import { KNOWN_TYPES } from "../../../src/core/evals/assertions/registry.ts";
import { shorthand } from "../../../src/core/evals/suite/csv.ts";
import { START } from "../../../src/core/problem.ts";
import { assertMistake, mistakes, said, valid, withTests, written } from "./support.ts";

const filesOf = (csv: string) => ({ "promptfooconfig.yaml": withTests("tests: file://t.csv\n"), "t.csv": csv });
const suiteOf = (csv: string, files: Record<string, string> = {}) => valid({ ...filesOf(csv), ...files });

describe("tests in CSV", () => {
  it("have a variable a column, and promptfoo's own columns", async () => {
    const columns = { a: "x", "": "nameless", __description: "d", __threshold: "0.5", __prefix: "p", __suffix: "s", __providerOutput: "out", __metric: "m", "__metadata:id": "q", "__metadata:tags[]": '"one, two\\,three"', "__metadata:none": "", __expected: "x", __expected2: "contains:y", __expected3: "" };
    const { cases } = await suiteOf(`${Object.keys(columns).join(",")}\n${Object.values(columns).join(",")}\n`);
    const { place: _, assert: assertions, ...rest } = cases[0]!;
    assert.deepEqual(rest, {
      id: "q", index: 0, description: "d", vars: { a: "x" }, threshold: 0.5, metadata: { id: "q", tags: ["one", "two,three"] }, prompts: undefined, providers: undefined, providerOutput: "out",
      options: { prefix: "p", suffix: "s", repeat: undefined, provider: {} },
    });
    assert.deepEqual(assertions.map((assertion) => [...(written([assertion])[0] as unknown[]), assertion.metric]), [["equals", "x", "m"], ["contains", "y", "m"]]);
  });

  it("leave out what is empty, and columns that a row is too short for", async () => {
    const { cases } = await suiteOf("a,b,__description,__threshold,__metadata:tags[],__expected\nx,,,,,\ny\n");
    assert.deepEqual(cases.map((test) => [test.vars, test.description, test.threshold, test.metadata, test.assert]), [[{ a: "x", b: "" }, undefined, undefined, {}, []], [{ a: "y", b: "" }, undefined, undefined, {}, []]]);
  });

  it("take thresholds of assertions from columns: __expected is the first", async () => {
    for (const [expected, config] of [["__expected", "__expected"], ["__expected1", "__expected"], ["__expected", "__expected1"], ["__expected2", "__expected1"]]) {
      const { cases } = await suiteOf(`${expected},__config:${config}:threshold\nlevenshtein(9):x,3\nlevenshtein(9):y,\n`);
      assert.deepEqual(cases.map((test) => written(test.assert)), [[["levenshtein", "x", 3]], [["levenshtein", "y", 9]]], `${expected} ${config}`);
    }
  });

  it("read files that variables and assertions name", async () => {
    const suite = await suiteOf('a,__expected\nfile://v.txt,file://judge.js:one\nx,is-json:file://s.json\n', { "v.txt": "V\n", "judge.js": "module.exports = { one: () => true };", "s.json": '{"type": "object"}' });
    assert.deepEqual(suite.cases.map((test) => test.vars["a"]), ["V", "x"]);
    assert.deepEqual(suite.cases.flatMap((test) => written(test.assert)), [["javascript", `file://${suite.root}/judge.js:one`], ["is-json", { type: "object" }]]);
    assert.ok(["v.txt", "judge.js", "s.json"].every((path) => suite.files.has(`${suite.root}/${path}`)));
  });

  const ROWS: Record<string, [csv: string, rows: [value: string, place: string][]]> = {
    "with quotes, commas and line ends in fields": ['a,b\n1,"x ""y"", z"\n2,"one\n\ntwo"\n3,\n', [['x "y", z', 't.csv:2:1 1,"x ""y"", z"'], ["one\n\ntwo", 't.csv:3:1 2,"one\n\ntwo"'], ["", "t.csv:6:1 3,"]]],
    "with CRLF, in fields too": ['a,b\r\n1,"one\r\ntwo"\r\n2,x\r\n', [["one\r\ntwo", 't.csv:2:1 1,"one\r\ntwo"'], ["x", "t.csv:4:1 2,x"]]],
    "with lone carriage returns": ["a,b\r1,x\r2,y\r", [["x", "t.csv:2:1 1,x"], ["y", "t.csv:3:1 2,y"]]],
    "with a byte-order mark": ["\uFEFFa,b\n1,x\n", [["x", "t.csv:2:1 1,x"]]],
    "between empty lines": ["\n\na,b\n\n1,x\n\n \n2,y", [["x", "t.csv:5:1 1,x"], ["y", "t.csv:8:1 2,y"]]],
    "after characters of several bytes": ["a,b\n1,é😀\n2,y\n", [["é😀", "t.csv:2:1 1,é😀"], ["y", "t.csv:3:1 2,y"]]],
    "with quotes that are not CSV by the book": ['a,b\n1,say "hi" now\n2,y\n', [['say "hi" now', 't.csv:2:1 1,say "hi" now'], ["y", "t.csv:3:1 2,y"]]],
  };
  for (const [name, [csv, rows]] of Object.entries(ROWS)) {
    it(`stand in their rows ${name}`, async () => {
      const suite = await suiteOf(csv);
      assert.deepEqual(suite.cases.map((test) => [test.vars["b"], said(suite, locationOf(test.place))]), rows);
    });
  }

  const WRONG: [csv: string, code: string, at: string, message: RegExp][] = [
    ['a,b\n1,x\n\n2,"y\n3,z\n', "csv-syntax", 't.csv:4:2 ,"y', /t\.csv cannot be read as CSV: a quote opens here and is never closed/],
    ["a,b\n1,x, y\n", "csv-columns", "t.csv:2:1 1,x, y", /This row has 3 cells, but there are 2 columns\. A text with a comma is put in quotes/],
    ["a,__threshold\nx,high\n", "bad-number", "t.csv:2:1 x,high", /__threshold must be a number, not "high"/],
    ["__expected,__config:__expected:threshold\nlevenshtein:x,far\n", "bad-number", "t.csv:2:1 levenshtein:x,far", /__config:__expected:threshold must be a number/],
    ["a,__expect\nx,y\nz,y\n", "unknown-column", "t.csv:1:1 a,__expect", /The column __expect is not known/],
    ["a,__expected\nx,trace-span-count:is kind\n", "not-yet", "t.csv:2:1 x,trace-span-count:is kind", /The assertion trace-span-count cannot be judged yet/],
    ["a,__expected\nx,trace-error-spans(0.8):y\n", "not-yet", "t.csv:2:1 x,trace-error-spans(0.8):y", /trace-error-spans cannot be judged yet/],
    ["a,__expected\nx,file://judge.py\n", "missing-file", "t.csv:2:1 x,file://judge.py", /There is no file judge.py/],
    ["a,__expected\nx,file://judge.js\n", "missing-file", "t.csv:2:1 x,file://judge.js", /There is no file judge\.js/],
    ["a,b\nx,file://v.txt\n", "missing-file", "t.csv:2:1 x,file://v.txt", /There is no file v\.txt/],
    ["a,__expected\nx,regex:(\n", "bad-assertion-value", "t.csv:2:1 x,regex:(", /./],
  ];
  for (const [csv, code, at, message] of WRONG) it(`say what is wrong: ${JSON.stringify(csv)}`, () => assertMistake(filesOf(csv), code, at, message));

  it("keep spaces in cells, but not around what they expect, and an empty line of one column", async () => {
    const { cases } = await suiteOf("a, b ,__expected\n x , y , contains: z \n");
    assert.deepEqual(cases.map((test) => [test.vars, written(test.assert)]), [[{ a: " x ", b: " y " }, [["contains", "z"]]]]);
    assert.deepEqual((await suiteOf("a\nx\n\ny\n")).cases.map((test) => test.vars["a"]), ["x", "", "y"]);
  });

  it("without a row are no tests", async () => {
    for (const csv of ["", "a,b\n"]) assert.deepEqual((await mistakes(filesOf(csv))).map(({ code }) => code), ["no-tests"]);
  });
});

describe("an expectation in CSV", () => {
  const SHORT: [text: string, type: string, value: unknown, threshold?: number][] = [
    ["Paris", "equals", "Paris"],
    ["equals:Paris", "equals", "Paris"],
    ["contains: Paris ", "contains", "Paris"],
    ["not-contains:Paris", "not-contains", "Paris"],
    ["contains-any:a, b", "contains-any", "a, b"],
    ["is-json", "is-json", undefined],
    ["not-is-json", "not-is-json", undefined],
    ["regex:^a:b\nc$", "regex", "^a:b\nc$"],
    ["javascript: output > 1", "javascript", "output > 1"],
    ["fn:output > 1", "javascript", "output > 1"],
    ["eval:output > 1", "javascript", "output > 1"],
    ["file://judge.mjs:named", "javascript", "file://judge.mjs:named"],
    ["file://judge.py", "python", "file://judge.py"],
    ["grade:is kind", "llm-rubric", "is kind"],
    ["llm-rubric:is kind", "llm-rubric", "is kind"],
    ["contains", "contains", undefined],
    ["contain:Paris", "equals", "contain:Paris"],
    ["contains :Paris", "equals", "contains :Paris"],
    ["Note: this", "equals", "Note: this"],
    ["constructor:x", "equals", "constructor:x"],
    ["file://text.txt", "equals", "file://text.txt"],
    ["similar:x", "similar", "x", 0.8],
    ["similar(0.9):x", "similar", "x", 0.9],
    ["contains(0.9):x", "contains", "x"],
    ["latency(500)", "latency", undefined, 500],
    ["latency", "latency", undefined, 0.75],
    ["levenshtein(0):x", "levenshtein", "x", 0],
  ];
  for (const [text, type, value, threshold] of SHORT) {
    it(`reads ${JSON.stringify(text)} as ${type}`, () => {
      const found = shorthand(text, undefined, undefined, placeAt({ file: "t.csv", range: START }));
      assert.deepEqual([found.type, found.value, found.threshold], [type, value, threshold]);
    });
  }

  it("keeps a threshold in parentheses only where promptfoo does", () => {
    const kept = ["answer-relevance", "classifier", "context-faithfulness", "context-recall", "context-relevance", "cost", "latency", "levenshtein", "perplexity", "perplexity-score", "rouge-n", "similar", "starts-with"];
    const thresholds = (text: (type: string) => string) => [...new Set([...KNOWN_TYPES, ...kept])].map((type) => [type, shorthand(text(type), undefined, undefined, placeAt({ file: "t.csv", range: START })).threshold] as const).filter(([, threshold]) => threshold !== undefined).sort();
    assert.deepEqual(thresholds((type) => `${type}(0.4):x`), kept.map((type) => [type, 0.4]));
    assert.deepEqual(thresholds((type) => `${type}:x`), kept.map((type) => [type, type === "similar" ? 0.8 : 0.75]));
  });
});
