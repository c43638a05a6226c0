import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { open, SUITE } from "../runner/support.ts";
import { assertMistake, said, valid } from "../suites/support.ts";

const suiteOf = (parts: object) => JSON.stringify({ providers: ["echo"], tests: [{ vars: { a: "x" } }], ...parts });

describe("a prompt made by code, as it is read", () => {
  it("is a function, a script or a program, whose text is the code's own", async () => {
    const files = { "p.mjs": "import './lib.mjs';\nexport const f = () => 'x';", "lib.mjs": "1", "s.py": "print('x')", "bin/p.sh": "echo x" };
    const suite = await valid({ [SUITE]: suiteOf({ prompts: ["file://p.mjs:f", "s.py", { id: "bin/p.sh", label: "mine" }, "exec:bin/p.sh one 'two words'", "exec:python3 s.py"] }), ...files });
    assert.deepEqual(
      suite.prompts.map(({ key, template, code }) => [key, template, code]),
      [
        ["p.mjs#0", files["p.mjs"], { kind: "function", reference: `file://${suite.root}/p.mjs:f` }],
        ["s.py#0", files["s.py"], { kind: "program", program: { language: "python" }, args: ["s.py"] }],
        ["mine", files["bin/p.sh"], { kind: "program", program: "bin/p.sh", args: [] }],
        ["bin/p.sh#1", files["bin/p.sh"], { kind: "program", program: "bin/p.sh", args: ["one", "two words"] }],
        ["s.py#1", files["s.py"], { kind: "program", program: "python3", args: ["s.py"] }],
      ],
    );
    assert.match(said(suite, suite.prompts[0]!.location), /^p\.mjs:1:1 import/);
    assert.deepEqual([...suite.scripts].map((file) => file.slice(suite.root.length + 1)), ["p.mjs", "lib.mjs", "s.py", "bin/p.sh"]);
  });

  it("that is not there is a problem at its place; its braces are no templates", async () => {
    await assertMistake(`prompts: [file://none.py:f]\nproviders: [echo]\ntests: [{ vars: { a: x } }]\n`, "missing-file", "promptfooconfig.yaml:1:11 file://none.py:f", /There is no file none\.py/);
    await valid({ [SUITE]: suiteOf({ prompts: ["file://p.mjs"] }), "p.mjs": "export default () => '{{a' + '{% if';" });
  });

  it("says what is wrong with filters", async () => {
    await assertMistake("prompts: [x]\nproviders: [echo]\ntests: [{ vars: { a: x } }]\nnunjucksFilters: { f: f.py }\n", "bad-filter", "promptfooconfig.yaml:4:23 f.py", /must be a \.js or \.ts file/);
    await assertMistake("prompts: [x]\nproviders: [echo]\ntests: [{ vars: { a: x } }]\nnunjucksFilters: { f: f.js }\n", "missing-file", "promptfooconfig.yaml:4:23 f.js", /There is no file f\.js/);
  });
});

describe("prompts and variables made by code, in a run", function () {
  this.timeout(30_000);

  it("are made by each version's own code, and what did not change is not asked again", async () => {
    const tests = Array.from({ length: 24 }, (_, n) => ({ vars: { n: String(n) }, assert: [{ type: "contains", value: "good" }] }));
    const bench = await open({ [SUITE]: suiteOf({ prompts: ["file://p.py:make"], tests }), "p.py": "from words import word\n\ndef make(context):\n    return word(int(context['vars']['n']))\n", "words.py": "def word(n):\n    return f'good {n}'\n" }, { git: true });
    bench.write({ "words.py": "def word(n):\n    return f'{\"bad\" if n < 20 else \"good\"} {n}'\n" });
    const report = await bench.report();
    const [series] = report.series;
    assert.deepEqual([series!.verdict, series!.broke.length, report.calls], ["regression", 20, 44], "what both versions ask is asked once");
    assert.deepEqual([(await bench.report()).calls, (await bench.series()).verdict], [0, "regression"]);
  });

  it("come with filters as each version has them", async () => {
    const tests = Array.from({ length: 24 }, (_, n) => ({ vars: { n: String(n) }, assert: [{ type: "contains", value: "good" }] }));
    const bench = await open({ [SUITE]: suiteOf({ prompts: ["{{n | word}}"], nunjucksFilters: { word: "f.js" }, tests }), "f.js": "module.exports = (n) => `good ${n}`;" }, { git: true });
    bench.write({ "f.js": "module.exports = (n) => `bad ${n}`;" });
    assert.equal((await bench.series()).verdict, "regression");
  });

  it("that fail are errors of their rows, said with what failed", async () => {
    const prompts = ["file://p.mjs:throws", "file://p.mjs:nothing", "file://p.mjs:none", "file://p.mjs:hangs", "bin/none.exe"];
    const bench = await open({ [SUITE]: suiteOf({ prompts }), "p.mjs": "export const throws = () => { throw new Error('no'); };\nexport const nothing = () => {};\nexport const hangs = () => { for (;;); };", "bin/none.exe": "no program" });
    const { series } = await bench.report();
    const reasons = series.map(({ errors }) => errors?.first ?? "");
    const wanted = [/threw Error: no/, /returned nothing\. Return a text/, /exports no function named "none"/, /was killed after 5 s/, /may not be started|cannot be started/];
    for (const [index, message] of wanted.entries()) assert.match(reasons[index]!, message);
  });

  it("are cancelled with the run", async () => {
    const bench = await open({ [SUITE]: suiteOf({ prompts: ["file://p.mjs"] }), "p.mjs": `import { writeFileSync } from 'node:fs'; export default () => { writeFileSync('started', ''); return new Promise(() => setInterval(() => {}, 1000)); };` });
    const cancel = new AbortController();
    const ended = bench.evaluate({ signal: cancel.signal });
    const { existsSync } = await import("node:fs");
    const watch = setInterval(() => existsSync(join(bench.folder, "started")) && cancel.abort(new Error("Cancelled.")), 20);
    await assert.rejects(ended, { message: "Cancelled." });
    clearInterval(watch);
  });

  it("make a case by what is written, not by what code makes of it", async () => {
    const bench = await open({ [SUITE]: suiteOf({ prompts: ["{{a}}"], tests: [{ vars: { a: "file://v.mjs" }, assert: [{ type: "equals", value: "{{a}}" }] }] }), "v.mjs": "export default () => ({ output: 'made' });" });
    const first = await bench.evaluate();
    writeFileSync(join(bench.folder, "v.mjs"), "export default () => ({ output: 'other' });");
    const second = await bench.evaluate();
    assert.equal(first.version.suite.cases[0]!.id, second.version.suite.cases[0]!.id);
    assert.deepEqual([first.report.series[0]!.passed, second.report.series[0]!.passed], [1, 1]);
  });
});
