import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createSuiteCode } from "../../../src/core/evals/suiteCode/pool.ts";
import { processes } from "../assertions/support.ts";
import { callOf, failure, type Options, provider, send } from "../providers/support.ts";
import { environmentSecrets } from "../../../src/engine/secrets.ts";
import { open, quiet, SUITE } from "../runner/support.ts";
import { temporaryFolder } from "../store/support.ts";

const closing: (() => void)[] = [];
after(() => closing.forEach((close) => close()));

type Language = "javascript" | "python" | "ruby";
const FILES: Readonly<Record<Language, string>> = { javascript: "p.mjs", python: "p.py", ruby: "p.rb" };

/** A provider that is code in a folder of its own. */
function coded(text: string, { language = "javascript" as Language, name = undefined as string | undefined, config = {}, env = {}, ...options }: Options & { language?: Language; name?: string; config?: Record<string, unknown>; env?: Record<string, string> } = {}) {
  const folder = temporaryFolder();
  const file = join(folder, FILES[language]);
  writeFileSync(file, text);
  const suiteCode = createSuiteCode(processes, { cwd: folder });
  closing.push(() => suiteCode.close());
  const code = { language, file, path: `code/${FILES[language]}`, name, fingerprint: "0123456789abcdef0123" };
  return { folder, made: provider(`file://${FILES[language]}`, config, { folder, suiteCode, ...options, env: options.redactor ? {} : { PLAIN: "seen", API_KEY: "hidden" } }, { env, code }) };
}

const js = (body: string) => `export default class { constructor(options) { this.options = options; this.calls = 0; } id() { return 'mine'; } async callApi(prompt, context) { ${body} } }`;

describe("a provider that is code", function () {
  this.timeout(30_000);

  it("is one instance, or one process, that keeps its state and is asked at once", async () => {
    const { made } = coded(js("this.calls++; await new Promise((resolve) => { this.open ??= []; this.open.push(resolve); if (this.open.length === 3) this.open.forEach((go) => go()); }); return { output: this.calls };"));
    const answers = await Promise.all([1, 2, 3].map((n) => send(made, callOf(String(n)))));
    assert.deepEqual(answers.map(({ output }) => output), [3, 3, 3], "all three were under way");
    const python = coded("calls = 0\n\ndef call_api(prompt, options, context):\n    global calls\n    calls += 1\n    print('noise')\n    return {'output': calls}\n", { language: "python" });
    assert.deepEqual([(await send(python.made)).output, (await send(python.made)).output], [1, 2]);
  });

  it("is told prompt, options and context, in every language", async function () {
    const { made, folder } = coded(js("return { output: { prompt, context, options: this.options, cwd: process.cwd(), env: Object.keys(process.env) } };"), { config: { a: 1, seen: "{{env.PLAIN}}" }, env: { MINE: "1" } });
    const { output } = (await send(made, callOf("Hello", { vars: { x: "ü" }, overrides: { temperature: 1 }, prompt: { raw: "{{t}}", label: "l" } }))) as { output: Record<string, unknown> };
    assert.deepEqual([output["prompt"], output["context"], output["cwd"]], ["Hello", { vars: { x: "ü" }, prompt: { raw: "{{t}}", label: "l", config: { temperature: 1 } } }, folder]);
    assert.deepEqual(output["options"], { id: "file://p.mjs", config: { a: 1, seen: "seen", basePath: folder }, env: { MINE: "1" } });
    assert.ok((output["env"] as string[]).includes("MINE") && !(output["env"] as string[]).some((name) => ["HOME", "API_KEY"].includes(name)));
    const python = coded("import os\n\ndef named(prompt, options, context):\n    return {'output': [prompt, options['config']['a'], context['vars'], os.environ.get('MINE'), os.environ.get('HOME')]}\n", { language: "python", name: "named", config: { a: 1 }, env: { MINE: "1" } });
    assert.deepEqual((await send(python.made, callOf("Hello", { vars: { x: "ü" } }))).output, ["Hello", 1, { x: "ü" }, "1", null]);
  });

  it("in Ruby keeps its state, and is told prompt, options and context", async function () {
    if (spawnSync("ruby", ["--version"]).status !== 0) this.skip();
    const { made, folder } = coded("$calls = 0\n\ndef call_api(prompt, options, context)\n  $calls += 1\n  puts 'noise'\n  { 'output' => [$calls, prompt, options['config'], context['vars'], ENV['MINE'], ENV['HOME']] }\nend\n\ndef broken(prompt, options, context)\n  raise 'no'\nend\n", { language: "ruby", config: { a: 1 }, env: { MINE: "1" } });
    for (const calls of [1, 2]) assert.deepEqual((await send(made, callOf("Hello", { vars: { x: "ü" } }))).output, [calls, "Hello", { a: 1, basePath: folder }, { x: "ü" }, "1", null]);
    assert.match(await failure(coded("def call_api(prompt, options, context)\n  raise 'no'\nend\n", { language: "ruby" }).made), /^unanswered: file:\/\/p\.rb threw RuntimeError: no$/);
    assert.match(await failure(coded("def call_api(prompt, options, context)\n  { 'error' => 'no model' }\nend\n", { language: "ruby" }).made), /^unanswered: file:\/\/p\.rb says: no model$/);
    assert.match(await failure(coded("def other\nend\n", { language: "ruby" }).made), /^unanswered: file:\/\/p\.rb cannot be used: NameError: /);
  });

  it("says what it used and what it cost", async () => {
    const { output, usage, cost, finishReason, logProbs } = await send(coded(js("return { output: 'x', tokenUsage: { total: 5, prompt: 2, completion: 3 }, cost: 0.5, finishReason: 'STOP', logProbs: [-1, -2] };")).made);
    assert.deepEqual({ output, usage, cost, finishReason, logProbs }, { output: "x", usage: { input: 2, output: 3 }, cost: 0.5, finishReason: "stop", logProbs: [-1, -2] });
  });

  const failures: [what: string, code: string, said: RegExp, more?: Parameters<typeof coded>[1]][] = [
    ["says an error", js("return { error: 'no model' };"), /^unanswered: file:\/\/p\.mjs says: no model$/],
    ["throws", js("throw new Error('no');"), /^unanswered: file:\/\/p\.mjs threw Error: no$/],
    ["gives nothing", js(""), /^unanswered: file:\/\/p\.mjs returned nothing\. Return \{output: …\}/],
    ["gives what cannot be passed on", js("return { output: () => 1 };"), /^unanswered: file:\/\/p\.mjs returned something that holds functions/],
    ["exports no class", "export default 7;", /^unanswered: file:\/\/p\.mjs cannot be used: Error: .+ exports no function/],
    ["has no such method", "export default class { id() {} }", /^unanswered: file:\/\/p\.mjs cannot be used: Error: .+ has no method callApi/],
    ["ends its process", js("process.exit(3);"), /^unanswered retry: file:\/\/p\.mjs ended its process: exit code 3\.$/],
    ["hangs", js("for (;;);"), /^unanswered: file:\/\/p\.mjs was killed after 1 s: it did not answer\.$/, { timeoutMs: 1000 }],
    ["is Python that throws", "def call_api(prompt, options, context):\n    raise ValueError('no')\n", /^unanswered: file:\/\/p\.py threw ValueError: no$/, { language: "python" }],
    ["is Python without an output", "def call_api(prompt, options, context):\n    return {}\n", /^unanswered: file:\/\/p\.py returned \{\}\. Return/, { language: "python" }],
    ["is Python that leaves", "import os\n\ndef call_api(prompt, options, context):\n    os._exit(3)\n", /^unanswered retry: file:\/\/p\.py ended its process: exit code 3\.$/, { language: "python" }],
    ["is Python that hangs", "def call_api(prompt, options, context):\n    while True:\n        pass\n", /^unanswered: file:\/\/p\.py was killed after 1 s/, { language: "python", timeoutMs: 1000 }],
  ];
  for (const [what, code, said, more] of failures) it(`that ${what} is no answer`, async () => assert.match(await failure(coded(code, more).made), said));

  it("that hangs is started anew, and not asked for ever", async () => {
    const { made } = coded(js("if (prompt === 'hang') for (;;); return { output: 'fine' };"), { timeoutMs: 700 });
    const said: string[] = [];
    for (let n = 0; n < 3; n++) {
      said.push(await failure(made, callOf("hang")));
      assert.equal((await send(made, callOf("x"))).output, "fine");
    }
    assert.match(said[2]!, /^unusable: .+ 3 times, and is not asked again\.$/);
  });

  it("is stopped when the run is cancelled", async () => {
    const { made, folder } = coded(js(`(await import('node:fs')).writeFileSync('started', String(process.pid)); await new Promise(() => setInterval(() => {}, 1000));`));
    const cancel = new AbortController();
    const sent = send(made, undefined, cancel.signal);
    const watch = setInterval(() => existsSync(join(folder, "started")) && cancel.abort(new Error("Cancelled.")), 20);
    await assert.rejects(sent, { message: "Cancelled." });
    clearInterval(watch);
  });

  it("is given the secrets that were approved for it as it is, or in CI for its file, and they are masked in what it says", async () => {
    const code = js("return { output: [this.options.config.deep[0], process.env.OWN, this.options.env.OWN].join(' ') };");
    const options = (approved: string) => ({ config: { deep: ["${secret:MY_KEY}"] }, env: { OWN: "{{env.MY_TOKEN}}" }, secrets: environmentSecrets({ MY_KEY: "k-0123456789", MY_TOKEN: "t-0123456789", LLMOPS_APPROVED: approved }, quiet) });
    for (const recipient of ["code:code/p.mjs#0123456789abcdef", "code:code/p.mjs"]) {
      const { made } = coded(code, options(`MY_KEY=${recipient},MY_TOKEN=${recipient}`));
      assert.equal((await send(made)).output, "*** *** ***");
      assert.doesNotMatch(JSON.stringify(made.prepare(callOf("x"))), /0123456789"|k-0|t-0/);
      assert.match(made.prepare(callOf("x")).identity, /\$\{secret:MY_KEY\}.+\{\{env\.MY_TOKEN\}\}/);
    }
    const whole = coded(js("return { output: this.options.config.deep[0].length + process.env.OWN.length };"), options("MY_KEY=code:code/p.mjs,MY_TOKEN=code:code/p.mjs"));
    assert.equal((await send(whole.made)).output, 24);
    const python = coded("import os\n\ndef call_api(prompt, options, context):\n    return {'output': len(options['config']['deep'][0]) + len(os.environ['OWN'])}\n", { language: "python", ...options("MY_KEY=code:code/p.py,MY_TOKEN=code:code/p.py") });
    assert.equal((await send(python.made)).output, 24);
    const thrown = coded(js("throw new Error('with ' + process.env.OWN);"), options("MY_KEY=code:code/p.mjs,MY_TOKEN=code:code/p.mjs"));
    assert.equal(await failure(thrown.made), "unanswered: file://p.mjs threw Error: with ***");
  });

  it("is given none that was approved for other code, or that is not set", async () => {
    const config = { deep: ["${secret:MY_KEY}"] };
    for (const approved of ["MY_KEY=code:code/p.mjs#0000000000000000", "MY_KEY=code:other/p.mjs", "MY_KEY=https://a.example", ""]) {
      const { made } = coded(js("return { output: 'x' };"), { config, secrets: environmentSecrets({ MY_KEY: "k-0123456789", LLMOPS_APPROVED: approved }, quiet) });
      assert.match(await failure(made), /^unusable: MY_KEY is not approved for the code code\/p\.mjs as it is now\. .+LLMOPS_APPROVED=MY_KEY=code:code\/p\.mjs\.$/);
    }
    assert.match(await failure(coded(js("return { output: 'x' };"), { config, secrets: environmentSecrets({}, quiet) }).made), /^unusable: The secret MY_KEY is not set\./);
    assert.match(await failure(coded(js("return { output: 'x' };"), { config: { deep: ["{{env.NONE}}"] } }).made), /^unusable: The environment variable NONE is not set\./);
  });
});

describe("a run that asks code", function () {
  this.timeout(30_000);

  const suite = (provider: string) => JSON.stringify({ prompts: ["{{n}}"], providers: [provider], tests: Array.from({ length: 24 }, (_, n) => ({ vars: { n: String(n) }, assert: [{ type: "contains", value: "good" }] })) });

  it("asks each version's own, and what did not change not again", async () => {
    const bench = await open({ [SUITE]: suite("file://p.py"), "p.py": "from words import word\n\ndef call_api(prompt, options, context):\n    with open('asked', 'a') as log:\n        log.write('x')\n    return {'output': word + prompt}\n", "words.py": "word = 'good '\n" }, { git: true });
    const asked = () => readFileSync(join(bench.folder, "asked"), "utf8").length;
    assert.deepEqual([(await bench.series()).passed, asked()], [24, 24]);
    bench.write({ "words.py": "word = 'bad '\n" });
    const { verdict, broke } = await bench.series();
    assert.deepEqual([verdict, broke.length], ["regression", 24]);
    const before = asked();
    assert.equal((await bench.report()).calls, 0);
    assert.equal(asked(), before);
  });

  it("asks a program's own version, too", async function () {
    if (process.platform === "win32") this.skip();
    const bench = await open({ [SUITE]: suite(`exec:"${process.execPath}" p.cjs`), "p.cjs": "console.log('good')" }, { git: true });
    assert.equal((await bench.series()).passed, 24);
    bench.write({ "p.cjs": "console.log('bad')" });
    assert.equal((await bench.series()).verdict, "regression");
  });
});
