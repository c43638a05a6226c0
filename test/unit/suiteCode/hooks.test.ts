import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createHooks, HookError } from "../../../src/core/evals/hooks/hooks.ts";
import type { Extension, HookName } from "../../../src/core/evals/model.ts";
import { START } from "../../../src/core/problem.ts";
import { SuiteInvalid } from "../../../src/core/regression/evaluate.ts";
import { readVersion } from "../../../src/core/regression/workspace.ts";
import { processes } from "../assertions/support.ts";
import { ahead } from "../cli/support.ts";
import { type Bench, endpoint, LOOPBACK, model, open, REMOTE, SUITE } from "../runner/support.ts";
import { temporaryFolder } from "../store/support.ts";

const tests = (count: number) => Array.from({ length: count }, (_, n) => ({ vars: { n: String(n) }, assert: [{ type: "contains", value: "good" }] }));
const suite = (extensions: readonly string[], parts: object = {}) => JSON.stringify({ prompts: ["Say {{n}} {{word}}"], providers: ["echo"], tests: tests(2), extensions, ...parts });
const told = (bench: Bench, file = "told.json") => JSON.parse(readFileSync(join(bench.folder, file), "utf8")) as Record<string, unknown>;

/** Counts its calls from the first to the last, and writes them down. */
const COUNTING = {
  js: "import { writeFileSync } from 'node:fs';\nconst calls = {};\nexport default function every(hook, context) { console.log('noise'); calls[hook] = (calls[hook] ?? 0) + 1; if (hook === 'beforeEach') context.test.vars.word = 'good'; if (hook === 'afterAll') writeFileSync('told.json', JSON.stringify({ calls, rows: context.results.map(({ success, vars }) => [success, vars.n, vars.word]) })); }",
  py: "import json\ncalls = {}\n\ndef every(hook, context):\n    print('noise')\n    calls[hook] = calls.get(hook, 0) + 1\n    if hook == 'beforeEach':\n        context['test']['vars']['word'] = 'good'\n    if hook == 'afterAll':\n        with open('told.json', 'w') as file:\n            json.dump({'calls': calls, 'rows': [[row['success'], row['vars']['n'], row['vars']['word']] for row in context['results']]}, file)\n    return context\n",
};
const RESULTS = { calls: { beforeAll: 1, beforeEach: 2, afterEach: 4, afterAll: 1 }, rows: [[true, "0", "good"], [true, "0", "good"], [true, "1", "good"], [true, "1", "good"]] };

/** promptfoo itself decides the rest: test/interop/promptfoo/suites/hooks.ts. */
describe("hooks of a suite", function () {
  this.timeout(30_000);

  it("keep their state from the first to the last, and see every result", async () => {
    const javascript = await open({ [SUITE]: suite(["file://h.mjs"]), "h.mjs": COUNTING.js });
    await javascript.report({ repeat: 2 });
    assert.deepEqual(told(javascript), RESULTS);
    const python = await open({ [SUITE]: suite(["file://h.py:every"]), "h.py": COUNTING.py });
    await python.report({ repeat: 2 });
    assert.deepEqual(told(python), RESULTS);
  });

  it("do not run where a suite is only looked at", async () => {
    const bench = await open({ [SUITE]: suite(["file://h.mjs:beforeAll"]), "h.mjs": "import { writeFileSync } from 'node:fs';\nexport const beforeAll = () => writeFileSync('told.json', '{}');" });
    const { suite: read } = await readVersion(bench.workspace, bench.workspace.disk, bench.suite);
    assert.deepEqual([read.problems, read.extensions?.map(({ hook, name }) => [hook, name]), existsSync(join(bench.folder, "told.json"))], [[], [["beforeAll", "beforeAll"]], false]);
    assert.ok(read.scripts.has(join(bench.folder, "h.mjs")), "their code is part of the version");
  });

  it("are compared as each version has them, with what they import", async () => {
    const files = { [SUITE]: suite(["file://h.mjs:beforeEach"], { tests: tests(24) }), "h.mjs": "import { word } from './word.mjs';\nexport const beforeEach = ({ test }) => ({ test: { ...test, vars: { ...test.vars, word } } });", "word.mjs": "export const word = 'good';" };
    const bench = await open(files, { git: true });
    assert.equal((await bench.series()).verdict, "passed");
    bench.write({ "word.mjs": "export const word = 'bad';" });
    const { verdict, broke } = await bench.series();
    assert.deepEqual([verdict, broke.length], ["regression", 24]);
  });

  it("make the prompts of each version, and the tests of both", async () => {
    const files = (word: string) => ({ [SUITE]: suite(["file://h.mjs:beforeAll"], { prompts: [{ raw: `{{n}} ${word}`, label: "p" }], tests: tests(24) }), "h.mjs": "export const beforeAll = ({ suite }) => { for (const prompt of suite.prompts) prompt.raw += '!'; suite.defaultTest = { assert: [{ type: 'contains', value: '!' }] }; return { suite }; };" });
    const bench = await open(files("good"), { git: true });
    bench.write(files("bad"));
    const { series, problems } = await bench.evaluate();
    assert.deepEqual([problems, series[0]!.cases[0]!.baseline[0]?.status, series[0]!.cases[0]!.current[0]?.status], [[], "passed", "failed"]);
  });

  it("of a baseline that cannot run give way to today's, and it is said", async () => {
    const bench = await open({ [SUITE]: suite(["file://h.mjs:beforeAll"], { prompts: ["{{n}} good"] }), "h.mjs": "export const beforeAll = () => { throw new Error('the port is taken'); };" }, { git: true });
    bench.write({ "h.mjs": "export const beforeAll = () => {};" });
    const { problems, report } = await bench.evaluate();
    assert.match(problems[0]!.message, /^The baseline's hooks could not run: .+the port is taken.+ through today's/);
    assert.equal(report.verdict, "passed");
  });

  it("decide with their code what the cache answers, unless they come after the answer", async () => {
    const { http, asked } = model(() => "good");
    const hook = (text: string) => `export const beforeAll = () => {}; // ${text}\nexport const afterAll = () => {};`;
    for (const [name, calls] of [["beforeAll", 2], ["afterAll", 0]] as const) {
      const bench = await open({ [SUITE]: suite([`file://h.mjs:${name}`], { providers: [{ id: "openai:chat:m", config: { apiBaseUrl: LOOPBACK } }] }), "h.mjs": hook("one") }, { http });
      asked.length = 0;
      await bench.report();
      assert.equal(asked.length, 2);
      asked.length = 0;
      bench.write({ "h.mjs": hook("two") });
      await bench.report();
      assert.equal(asked.length, calls, name);
    }
  });

  it("hear of the end of a run that is cancelled, as far as it came", async () => {
    const abort = new AbortController();
    const { url } = await endpoint(({ text }) => (text.includes("0") ? "good" : undefined));
    const bench = await open({ [SUITE]: suite(["file://h.mjs"], { providers: [{ id: "openai:chat:m", config: { apiBaseUrl: url } }] }), "h.mjs": COUNTING.js });
    await assert.rejects(bench.evaluate({ signal: abort.signal, onProgress: (done) => void (done === 1 && abort.abort(new Error("cancelled"))) }), /cancelled/i);
    const { calls, rows } = told(bench) as typeof RESULTS;
    assert.deepEqual([calls.beforeAll, calls.afterAll, rows], [1, 1, [[true, "0", "good"]]]);
  });

  it("let a save ask nobody that a person has not agreed to, whoever named them", async () => {
    const judge = { type: "llm-rubric", value: "is kind", provider: { id: "openai:chat:judge", config: { apiBaseUrl: REMOTE } } };
    const { http, asked } = model(() => "good");
    const bench = await open({ [SUITE]: suite(["file://h.mjs:beforeEach"]), "h.mjs": `export const beforeEach = ({ test }) => ({ test: { ...test, assert: [${JSON.stringify(judge)}] } });` }, { http });
    await assert.rejects(bench.evaluate({ trigger: "save", mayCall: () => false }), { name: "ConsentNeeded", origins: [new URL(REMOTE).origin] });
    assert.deepEqual(asked, []);
  });

  it("may bring filters of templates", async () => {
    const bench = await open({ [SUITE]: suite(["file://h.mjs:beforeAll"], { prompts: ["{{n | shout}}"], tests: [{ vars: { n: "good" }, assert: [{ type: "equals", value: "GOOD" }] }] }), "h.mjs": "export const beforeAll = ({ suite }) => { suite.nunjucksFilters = { shout: './shout.js' }; };", "shout.js": "module.exports = (text) => text.toUpperCase();" });
    assert.equal((await bench.report()).verdict, "passed");
  });

  it("may name metrics for gates", async () => {
    const llmops = (metric: string) => `version: 1\nsuites:\n  - path: ${SUITE}\n    gate:\n      ${metric}: { min: 0.9 }\n`;
    const bench = await open({ [SUITE]: suite(["file://h.mjs:afterEach"], { prompts: ["good"] }), "llmops.yaml": llmops("brevity"), "h.mjs": "export const afterEach = ({ test, result }) => ({ test, result: { ...result, namedScores: { brevity: 0.5 }, metadata: { judge: 'me' } } });" });
    const { verdict, metrics } = await bench.series();
    assert.deepEqual([verdict, metrics.find(({ name }) => name === "brevity")?.current], ["failed", 0.5]);
  });

  const invalid: [what: string, code: string, said: RegExp][] = [
    ["beforeAll throws", "exports.beforeAll = () => { throw new Error('no database'); };", /^beforeAll of file:\/\/h\.js:beforeAll threw Error: no database$/],
    ["beforeAll ends its process", "exports.beforeAll = () => process.exit(3);", /^beforeAll of file:\/\/h\.js:beforeAll failed: .+ ended its process: exit code 3\.$/],
    ["beforeAll returns rubbish", "exports.beforeAll = () => 7;", /returned 7\. Return the context/],
    ["beforeAll returns no suite", "exports.beforeAll = () => ({});", /returned no \{suite: …\}/],
    ["beforeAll makes tests that are functions", "exports.beforeAll = ({ suite }) => { suite.tests.push({ assert: [{ type: 'javascript', value: () => true }] }); };", /returned something that holds functions/],
    ["beforeAll makes a test with a typo", "exports.beforeAll = ({ suite }) => { suite.tests.push({ assert: [{ type: 'contians', value: 'x' }] }); };", /no assertion of type "contians".+contains/],
    ["beforeAll makes tests that are no list", "exports.beforeAll = ({ suite }) => { suite.tests = 7; };", /tests that are no list/],
    ["beforeAll makes a prompt without a text", "exports.beforeAll = ({ suite }) => { suite.prompts.push({ label: 'x' }); };", /a prompt that is no \{raw/],
    ["beforeAll changes a provider", "exports.beforeAll = ({ suite }) => { suite.providers[0].config.temperature = 2; };", /changed providers, which is decided by then\..+write providers in the suite/],
    ["a file exports nothing to call", "exports.x = 1;", /cannot be used: Error: .+ exports no function named "beforeAll"/],
  ];
  const problemOf = ahead(invalid, async ([, code]) => {
    const bench = await open({ [SUITE]: `prompts: ["{{n}}"]\nproviders: [echo]\nextensions:\n  - file://h.js:beforeAll\ntests:\n  - vars: {n: "1"}\n`, "h.js": code });
    const error = await bench.evaluate().then(() => undefined, (thrown: unknown) => thrown);
    return error instanceof SuiteInvalid ? error.problems.find(({ severity }) => severity === "error") : undefined;
  });
  for (const row of invalid) {
    it(`${row[0]}: a problem where it is named`, async () => {
      const problem = await problemOf(row);
      assert.match(problem?.message ?? "", row[2]);
      assert.deepEqual(problem?.location.range.start, { line: 3, character: 4 });
    });
  }

  const rows: [what: string, hook: HookName, body: string, said: RegExp][] = [
    ["beforeEach throws", "beforeEach", "throw new Error('no')", /^beforeEach of file:\/\/h\.js:beforeEach threw Error: no$/],
    ["beforeEach returns no test", "beforeEach", "return {}", /returned no \{test: …\}/],
    ["beforeEach changes who is asked", "beforeEach", "context.test.provider = 'echo'", /changed provider of a test, which is decided by then/],
    ["beforeEach makes an assertion with a typo", "beforeEach", "context.test.assert.push({ type: 'contians' })", /made a test that cannot run: There is no assertion of type "contians"/],
    ["beforeEach ends its process", "beforeEach", "process.exit(0)", /ended its process/],
    ["afterEach throws", "afterEach", "throw new Error('no')", /^afterEach of file:\/\/h\.js:afterEach threw Error: no$/],
    ["afterEach gives a score that is no number", "afterEach", "return { result: { namedScores: { x: 'much' } } }", /gave the score x: "much", which is no number/],
  ];
  const evaluated = ahead(rows, async ([, hook, body]) => {
    const bench = await open({ [SUITE]: suite([`file://h.js:${hook}`], { prompts: ["good"] }), "h.js": `exports.${hook} = (context) => { ${body}; };` });
    return bench.evaluate();
  });
  for (const row of rows) {
    it(`${row[0]}: the rows are errors that say so`, async () => {
      const { series, report } = await evaluated(row);
      assert.equal(report.verdict, "error");
      assert.match(series[0]!.cases[0]!.current[0]!.reason, row[3]);
    });
  }

  it("that fail at the end are a warning: the results stand", async () => {
    const bench = await open({ [SUITE]: suite(["file://h.js:afterAll"], { prompts: ["good"] }), "h.js": "exports.afterAll = () => { throw new Error('no'); };" });
    const { problems, report } = await bench.evaluate();
    assert.deepEqual([report.verdict, problems.map(({ severity, message }) => [severity, message])], ["passed", [["warning", "afterAll of file://h.js:afterAll threw Error: no"]]]);
  });

  it("are no inline code, and no other language", async () => {
    for (const extension of ["context", "file://h.rb", 7]) {
      const bench = await open({ [SUITE]: JSON.stringify({ prompts: ["x"], providers: ["echo"], extensions: [extension] }), "h.rb": "" });
      const { suite: read } = await readVersion(bench.workspace, bench.workspace.disk, bench.suite);
      assert.match(read.problems.find(({ severity }) => severity === "error")?.message ?? "", /^An extension is file:\/\/ with a \.js, \.ts or \.py file/);
    }
  });

  it("that hang are killed, and none of their file is called again, since what it knew is lost", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "h.mjs");
    writeFileSync(file, "export default (hook) => { if (hook === 'beforeEach') for (;;); };");
    const extension: Extension = { written: "file://h.mjs", language: "javascript", file, name: undefined, hook: undefined, fingerprint: "f", location: { file, range: START } };
    const hooks = createHooks(processes, [extension], { folder, path: (path) => path, interpreters: {}, timeoutMs: 500 });
    const call = (hook: HookName) => hooks.call(hook, { test: {} }, (before) => before, new AbortController().signal);
    await call("beforeAll");
    const said: string[] = [];
    for (const hook of ["beforeEach", "afterAll"] as const) await call(hook).catch((error: unknown) => (assert.ok(error instanceof HookError), said.push(error.message)));
    hooks.close();
    assert.match(said[0]!, /^beforeEach of file:\/\/h\.mjs failed: file:\/\/h\.mjs was killed after 0\.5 s: it did not answer\.$/);
    assert.match(said[1]!, /^afterAll of file:\/\/h\.mjs was not called: .+ What its hooks knew is lost/);
  });
});
