import assert from "node:assert/strict";
import { join } from "node:path";
import { diskSnapshot } from "../../../src/core/config/diskSnapshot.ts";
import type { Suite } from "../../../src/core/evals/model.ts";
import { loadSuite } from "../../../src/core/evals/suite/loadSuite.ts";
import { createSuiteCode, type SuiteCodeOptions } from "../../../src/core/evals/suiteCode/pool.ts";
import { processes } from "../assertions/support.ts";
import { assertOnly, type Files, mistakesOf, read, withTests, workspace, written } from "../suites/support.ts";

/** A suite as it is read where its code may run. */
async function made(files: Files, options: Partial<SuiteCodeOptions> = {}): Promise<Suite & { root: string }> {
  const root = workspace(files);
  const code = createSuiteCode(processes, { cwd: root, ...options });
  try {
    return { root, ...(await loadSuite({ snapshot: diskSnapshot(root), root, file: join(root, "promptfooconfig.yaml"), env: {}, code })) };
  } finally {
    code.close();
  }
}

const SUITE = "promptfooconfig.yaml";

describe("tests made by code", function () {
  this.timeout(30_000);

  it("are read as those of a file are, and the code is part of the suite", async () => {
    const suite = await made({ [SUITE]: withTests("tests: { path: file://t.mjs:make, config: { n: 2 } }\n"), "t.mjs": "import { word } from './w.mjs';\nexport const make = ({ n }) => Array.from({ length: n }, (_, i) => ({ vars: { a: word + i }, assert: [{ type: 'equals', value: 'file://v.txt' }] }));", "w.mjs": "export const word = 'w';", "v.txt": " v \n" });
    assert.deepEqual(suite.problems, []);
    assert.deepEqual(suite.cases.map(({ vars, assert: nodes }) => [vars, written(nodes)]), [[{ a: "w0" }, [["equals", "v"]]], [{ a: "w1" }, [["equals", "v"]]]]);
    assert.deepEqual([...suite.scripts].map((file) => file.slice(suite.root.length + 1)), ["t.mjs", "w.mjs"]);
  });

  it("are not made where no code may run, and nothing is said", async () => {
    const suite = await read(workspace({ [SUITE]: withTests("tests: [file://t.mjs, { vars: { a: x } }]\n"), "t.mjs": "export default () => [];" }));
    assert.deepEqual([suite.problems, suite.cases.length], [[], 1]);
  });

  const WRONG: [what: string, code: string, problem: string, message: RegExp][] = [
    ["throws", "export default () => { throw new Error('no'); };", "code-failed", /^file:\/\/t\.mjs failed: Error: no$/],
    ["does not compile", "export default (", "code-failed", /^file:\/\/t\.mjs cannot be used: SyntaxError/],
    ["exports no list", "export default 7;", "bad-test", /must give a list of tests/],
    ["gives no list", "export default () => ({ vars: {} });", "bad-test", /must give a list of tests/],
    ["gives functions", "export default () => [{ assert: [{ type: 'javascript', value: () => true }] }];", "code-failed", /^file:\/\/t\.mjs returned something that holds functions/],
    ["never ends", "export default () => { for (;;); };", "code-failed", /was killed after 0\.5 s/],
    ["takes all memory", "export default () => { const all = []; for (;;) all.push(new Array(1e6).fill(all.length)); };", "code-failed", /ended its process: out of memory/],
    ["leaves", "export default () => process.exit(3);", "code-failed", /ended its process: exit code 3/],
  ];
  for (const [what, code, problem, message] of WRONG) {
    it(`are a problem at their place when the code ${what}`, async () => {
      const suite = await made({ [SUITE]: withTests("tests:\n  - file://t.mjs\n"), "t.mjs": code }, { timeoutMs: what === "never ends" ? 500 : 20_000, maxOldSpaceMb: 64 });
      assertOnly(mistakesOf(suite), problem, `${SUITE}:4:5 file://t.mjs`, message);
    });
  }

  it("say what is wrong with one of them at the reference", async () => {
    const suite = await made({ [SUITE]: withTests("tests: file://t.py\n"), "t.py": "def generate_tests():\n    return [{'vars': {'a': 'x'}, 'assert': [{'type': 'nope'}]}]\n" });
    assertOnly(mistakesOf(suite), "unknown-assertion", `${SUITE}:3:8 file://t.py`, /no assertion of type "nope"/);
  });
});

describe("transformVars", function () {
  this.timeout(30_000);

  it("makes of variables what is expanded, identified and read then", async () => {
    const suite = await made({ [SUITE]: withTests("tests: [{ vars: { a: x }, options: { transformVars: '({ a: [vars.a, `file://${vars.a}.txt`], b: 1 })' } }]\n"), "x.txt": "found\n" });
    assert.deepEqual(suite.problems, []);
    assert.deepEqual(suite.cases.map(({ vars }) => vars), [{ a: "x", b: 1 }, { a: "found", b: 1 }]);
  });

  it("gives the same uuid to the same variables, so that a case stays the same", async () => {
    const files = { [SUITE]: withTests("tests: [{ vars: { a: x }, options: { transformVars: '({ id: context.uuid })' } }]\n") };
    const [first, second] = [await made(files), await made(files)];
    assert.match(String(first.cases[0]!.vars["id"]), /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.deepEqual(first.cases[0]!.id, second.cases[0]!.id);
  });

  it("that fails or gives no object is a problem at its test", async () => {
    for (const [code, message] of [["vars.none.none", /transformVars failed: TypeError/], ["7", /must give an object of variables/]] as const) {
      assertOnly(mistakesOf(await made(withTests(`tests:\n  - { vars: { a: x }, options: { transformVars: '${code}' } }\n`))), "code-failed", `${SUITE}:4:5 { vars: { a: x }, options: { transformVars: '${code}' } }`, message);
    }
  });
});

describe("a rubricPrompt made by code", function () {
  this.timeout(30_000);

  it("is a text or a chat, made when the suite is read", async () => {
    const suite = await made({ [SUITE]: withTests("tests: [{ vars: { a: x }, options: { rubricPrompt: file://q.mjs:chat }, assert: [{ type: llm-rubric, value: v, rubricPrompt: file://q.mjs }] }]\n"), "q.mjs": "export default () => 'Judge {{output}}'; export const chat = () => [{ role: 'user', content: '{{output}}' }];" });
    assert.deepEqual(suite.problems, []);
    const [test] = suite.cases;
    assert.deepEqual([test!.options.rubricPrompt, test!.assert[0]?.kind === "assertion" && test!.assert[0].rubricPrompt], [[{ role: "user", content: "{{output}}" }], "Judge {{output}}"]);
  });

  it("of another kind is a problem at its place", async () =>
    assertOnly(mistakesOf(await made({ [SUITE]: withTests("tests: [{ vars: { a: x }, options: { rubricPrompt: file://q.mjs } }]\n"), "q.mjs": "export default () => 7;" })), "bad-rubric-prompt", `${SUITE}:3:52 file://q.mjs`, /must give a text, or a chat/));
});
