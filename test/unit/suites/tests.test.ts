import { locationOf } from "../../../src/core/evals/suite/source.ts";
import assert from "node:assert/strict";
import { assertMistake, mistakes, read, said, valid, withTests, workspace, written } from "./support.ts";

async function cases(tests: string, files: Record<string, string> = {}) {
  return (await valid({ "promptfooconfig.yaml": withTests(tests), ...files })).cases;
}

async function vars(tests: string, files: Record<string, string> = {}) {
  return (await cases(tests, files)).map((test) => test.vars);
}

const PLACES: Record<string, [tests: string, files: Record<string, string>, places: string[]]> = {
  "in the suite": ["tests:\n  - vars: { a: 1 }\n  - vars: { a: 2 }\n", {}, ["promptfooconfig.yaml:4:5 vars: { a: 1 }", "promptfooconfig.yaml:5:5 vars: { a: 2 }"]],
  "in a YAML file": ["tests: file://t.yaml\n", { "t.yaml": "- vars: { a: 1 }\n- vars: { a: 2 }\n" }, ["t.yaml:1:3 vars: { a: 1 }", "t.yaml:2:3 vars: { a: 2 }"]],
  "in a YAML file under tests": ["tests: [t.yml]\n", { "t.yml": "tests:\n  - vars: { a: 1 }\n  - vars: { a: 2 }\n" }, ["t.yml:2:5 vars: { a: 1 }", "t.yml:3:5 vars: { a: 2 }"]],
  "in files with one each": ["tests: file://t/*.yaml\n", { "t/1.yaml": "vars: { a: 1 }\n", "t/2.yaml": "\nvars: { a: 2 }\n" }, ["t/1.yaml:1:1 vars: { a: 1 }", "t/2.yaml:2:1 vars: { a: 2 }"]],
  "in a JSON file": ["tests: { path: file://t.json }\n", { "t.json": '[{"vars": {"a": 1}},\n {"vars": {"a": 2}}]' }, ['t.json:1:2 {"vars": {"a": 1}}', 't.json:2:2 {"vars": {"a": 2}}']],
  "in JSON Lines": ["tests: [{ path: t.jsonl }]\n", { "t.jsonl": '{"vars": {"a": 1}}\n\n{"vars": {"a": 2}}' }, ['t.jsonl:1:1 {"vars": {"a": 1}}', 't.jsonl:3:1 {"vars": {"a": 2}}']],
  "in JSON Lines with lone carriage returns": ["tests: t.jsonl\n", { "t.jsonl": '\uFEFF{"vars": {"a": 1}}\r{"vars": {"a": 2}}\r' }, ['t.jsonl:1:1 {"vars": {"a": 1}}', 't.jsonl:2:1 {"vars": {"a": 2}}']],
  "in files beside the suite's own": ["tests:\n  - vars: { a: 1 }\n  - file://t.yaml\n", { "t.yaml": "- vars: { a: 2 }\n" }, ["promptfooconfig.yaml:4:5 vars: { a: 1 }", "t.yaml:1:3 vars: { a: 2 }"]],
};

describe("tests of a suite", () => {
  for (const [name, [tests, files, places]] of Object.entries(PLACES)) {
    it(`stand ${name}`, async () => {
      const suite = await valid({ "promptfooconfig.yaml": withTests(tests), ...files });
      assert.deepEqual(suite.cases.map((test) => test.vars["a"]), [1, 2]);
      assert.deepEqual(suite.cases.map((test) => test.index), [0, 1]);
      assert.deepEqual(suite.cases.map((test) => said(suite, locationOf(test.place))), places);
    });
  }

  it("are found by a glob even in a folder whose name looks like one", async () => {
    const root = workspace({ "[slug]/promptfooconfig.yaml": withTests("tests: file://t/*.yaml\n"), "[slug]/t/1.yaml": "vars: { a: '1' }" });
    const suite = await read(root, "[slug]/promptfooconfig.yaml");
    assert.deepEqual([suite.problems, suite.cases.map((test) => test.vars)], [[], [{ a: "1" }]]);
  });

  it("have everything that is written for them", async () => {
    const [test] = await cases("tests:\n  - description: d\n    vars: { a: 1, b: { c: [1] } }\n    threshold: 0.5\n    metadata: { id: x, team: y }\n    prompts: 'promptfooconfig.yaml#0'\n    providers: [echo, { id: echo, label: echo }]\n    providerOutput: { said: yes }\n    options: { prefix: p, suffix: s, repeat: 3, temperature: 0.2, max_tokens: 5, tools: [] }\n");
    const { place: _, ...rest } = test!;
    assert.deepEqual(rest, {
      id: "x", index: 0, description: "d", vars: { a: 1, b: { c: [1] } }, assert: [], threshold: 0.5, metadata: { id: "x", team: "y" },
      prompts: ["promptfooconfig.yaml#0"], providers: ["echo", "echo"], providerOutput: { said: "yes" },
      options: { prefix: "p", suffix: "s", repeat: 3, provider: { temperature: 0.2, max_tokens: 5, tools: [] } },
    });
    assert.deepEqual((await cases("tests: [{ provider: { id: echo, label: own } }]\n"))[0]?.provider?.label, "own");
    assert.deepEqual((await cases("tests: [{ prompts: [promptfoo*] }]\n"))[0]?.prompts, ["promptfoo*"]);
  });

  it("read numbers that are written as text, and repeat only by whole numbers", async () => {
    const [test] = await cases("tests: [{ threshold: '0.5', options: { repeat: 1.5 } }]\n");
    assert.deepEqual([test?.threshold, test?.options.repeat], [0.5, undefined]);
  });

  it("are one without variables, with a warning, when there are none", async () => {
    for (const tests of ["", "tests: []\n"]) {
      const suite = await read(workspace(withTests(`defaultTest: { assert: [{ type: contains, value: x }] }\n${tests}`)));
      assert.deepEqual(suite.problems.map(({ severity, code, location }) => [severity, code, location.range.start]), [["warning", "no-tests", { line: 0, character: 0 }]]);
      assert.deepEqual(suite.cases.map((test) => [test.vars, written(test.assert)]), [[{}, [["contains", "x"]]]]);
    }
  });
});

describe("scenarios", () => {
  it("are every set of data with every test, which wins; each case has an id of its own and stands at its test", async () => {
    const suite = await valid(withTests("tests: [{ vars: { a: own } }]\nscenarios:\n  - config: [{ vars: { a: x, b: 1 } }, { vars: { a: y } }]\n    tests:\n      - { vars: { b: 2 }, metadata: { id: q }, assert: [{ type: contains, value: x }] }\n"));
    assert.deepEqual(suite.cases.map((test) => [test.id, test.vars]).slice(1), [["q", { a: "x", b: 2 }], ["q~2", { a: "y", b: 2 }]]);
    assert.match(said(suite, locationOf(suite.cases[2]!.place)), /^promptfooconfig\.yaml:7:9 \{ vars: \{ b: 2 \}/);
  });
});

describe("transforms and scoring functions", () => {
  it("of a test are its own, else the default ones; files are read, and named by their absolute path", async () => {
    const suite = await valid({ "promptfooconfig.yaml": withTests("defaultTest: { options: { transform: file://lib/t.js:up }, assertScoringFunction: file://s.py }\ntests: [{ vars: { a: 1 } }, { options: { transform: output.x } }, { options: { transform: '' } }]\n"), "lib/t.js": "exports.up = String;", "s.py": "def func(scores, context): pass" });
    assert.deepEqual(suite.cases.map(({ options }) => options.transform), [`file://${suite.root}/lib/t.js:up`, "output.x", undefined]);
    assert.deepEqual(suite.cases.map(({ scoring }) => scoring), Array(3).fill(`file://${suite.root}/s.py`));
    assert.ok(suite.files.has(`${suite.root}/lib/t.js`) && suite.files.has(`${suite.root}/s.py`));
  });
});

describe("files of tests", () => {
  const FILES = { "tests/t.yaml": "- vars: { a: file://d.txt }\n- vars: v.yaml\n- vars: [v.yaml, w.yaml]\n", "d.txt": "suite", "tests/d.txt": "tests", "v.yaml": "a: suite", "tests/v.yaml": "a: tests", "tests/w.yaml": "a: more" };

  it("name files beside the suite, but files of variables beside themselves, as in promptfoo", async () => {
    assert.deepEqual(await vars("tests: file://tests/t.yaml\n", FILES), [{ a: "suite" }, { a: "tests" }, { a: "more" }]);
  });
});

describe("the default test", () => {
  it("gives way to a prefix of the test's own, but not to an empty one", async () => {
    const found = await cases("defaultTest: { options: { prefix: p, suffix: s } }\ntests: [{ options: { prefix: '', suffix: t } }]\n");
    assert.deepEqual(found.map(({ options }) => [options.prefix, options.suffix]), [["p", "t"]]);
  });

  const DEFAULTS = "{ vars: { a: 0, b: 0 }, threshold: 0.5, metadata: { m: 0, n: 0 }, options: { prefix: p, suffix: s }, assert: [{ type: contains, value: d }], description: d, prompts: [promptfooconfig.yaml#0] }";

  it("is under every test: what is written there wins, assertions come first", async () => {
    for (const [defaults, files] of [[DEFAULTS, {}], ["file://d.yaml", { "d.yaml": DEFAULTS }]] as const) {
      const [own, none] = await cases(`defaultTest: ${defaults}\ntests: [{ vars: { a: 1 }, threshold: 0, metadata: { m: 1 }, options: { suffix: t }, assert: [{ type: equals, value: e }], description: e }, {}]\n`, files);
      assert.deepEqual([own?.vars, own?.threshold, own?.metadata, own?.options.prefix, own?.options.suffix, own?.description], [{ a: 1, b: 0 }, 0, { m: 1, n: 0 }, "p", "t", "e"]);
      assert.deepEqual(written(own!.assert), [["contains", "d"], ["equals", "e"]]);
      assert.deepEqual([none?.vars, none?.threshold, written(none!.assert), none?.description, none?.prompts], [{ a: 0, b: 0 }, 0.5, [["contains", "d"]], "d", ["promptfooconfig.yaml#0"]]);
    }
  });

  it("does not judge a test that turns it off", async () => {
    const found = await cases(`defaultTest: ${DEFAULTS}\ntests: [{ options: { disableDefaultAsserts: true }, assert: [{ type: equals, value: e }] }, {}]\n`);
    assert.deepEqual(found.map((test) => written(test.assert)), [[["equals", "e"]], [["contains", "d"]]]);
  });

  it("tells a mistake once, however many tests there are", () =>
    assertMistake(withTests("defaultTest: { assert: [{ type: contians, value: x }] }\ntests: [{ vars: { a: 1 } }, { vars: { a: 2 } }]\n"), "unknown-assertion", "promptfooconfig.yaml:3:33 contians", /Did you mean "contains"/));
});

describe("variables", () => {
  it("make every combination of lists of texts, the default test's the slowest", async () => {
    assert.deepEqual(await vars("defaultTest: { vars: { d: [x, y] } }\ntests: [{ vars: { a: ['1', '2'], b: z } }]\n"), [
      { d: "x", a: "1", b: "z" }, { d: "x", a: "2", b: "z" }, { d: "y", a: "1", b: "z" }, { d: "y", a: "2", b: "z" },
    ]);
    assert.deepEqual(await vars("tests: [{ vars: { a: [x, 2] } }]\n"), [{ a: "x" }, { a: 2 }]);
  });

  it("pass other lists whole, and all of them when expansion is off", async () => {
    const whole = { a: [1, 2], b: [{ c: 1 }], d: [], e: [["x"]] };
    assert.deepEqual(await vars(`tests: [{ vars: ${JSON.stringify(whole)} }]\n`), [whole]);
    assert.deepEqual(await vars("tests: [{ vars: { a: [x, y] }, options: { disableVarExpansion: true } }]\n"), [{ a: ["x", "y"] }]);
    assert.deepEqual(await vars("defaultTest: { options: { disableVarExpansion: true } }\ntests: [{ vars: { a: [x, y] } }]\n"), [{ a: ["x", "y"] }]);
  });

  it("come from files: text and JSON trimmed, YAML as JSON, a glob as one case a file", async () => {
    const files = { "v/1.txt": " one \n", "v/2.txt": "\uFEFFtwo", "v.json": ' {"b":  1}\n', "v.yaml": "base: &b { x: 1 }\nb: { <<: *b, c: [yes, 012] }\n" };
    assert.deepEqual(await vars("tests: [{ vars: { a: file://v/*.txt, j: file://v.json, y: file://v.yaml } }]\n", files), ["one", "two"].map((a) => ({ a, j: '{"b":  1}', y: '{"base":{"x":1},"b":{"x":1,"c":["yes",12]}}' })));
    assert.deepEqual(await vars("tests: [{ vars: { a: [file://v/2.txt, x] } }]\n", files), [{ a: "two" }, { a: "x" }]);
  });

  it("come from a file as a whole", async () => {
    assert.deepEqual(await vars("tests: [{ vars: file://v.yaml }]\n", { "v.yaml": "a: [x, y]\nb: file://b.txt\n", "b.txt": "B" }), [{ a: "x", b: "B" }, { a: "y", b: "B" }]);
  });
});

describe("case ids", () => {
  const ids = async (tests: string) => (await cases(tests)).map(({ id }) => id);

  it("are metadata.id, numbered when it has several combinations", async () => {
    assert.deepEqual(await ids("tests: [{ vars: { a: [x, y] }, metadata: { id: 7 } }, { metadata: { id: '7~3' } }, { metadata: { id: z } }]\n"), ["7", "7~2", "7~3", "z"]);
    assert.deepEqual(await ids("tests: [{ vars: { a: [x, y] }, metadata: { id: q } }, { metadata: { id: q~2 } }]\n"), ["q", "q~2", "q~2~2"]);
  });

  it("else depend on description and resolved variables only, in any order", async () => {
    const [first] = await ids("tests: [{ vars: { a: x, b: y }, description: d }]\n");
    assert.match(first!, /^[0-9a-f]{12}$/);
    const same = ["{ vars: { b: y, a: x }, description: d }", "{ vars: { a: x, b: y }, description: d, assert: [{ type: equals, value: q }], threshold: 0.1, metadata: { m: 1 }, options: { repeat: 2 } }"];
    for (const test of same) assert.deepEqual((await ids(`tests: [{ vars: { a: other } }, ${test}]\n`))[1], first, test);
    assert.deepEqual(await ids("defaultTest: { vars: { b: y } }\ntests: [{ vars: { a: x }, description: d }]\n"), [first]);
    for (const test of ["{ vars: { a: x, b: z }, description: d }", "{ vars: { a: x }, description: d }", "{ vars: { a: x, b: y } }", "{ vars: { a: x, b: y }, description: e }"]) assert.notEqual((await ids(`tests: [${test}]\n`))[0], first, test);
  });

  it("of equal cases are numbered", async () => {
    const [first] = await ids("tests: [{ vars: { a: x } }]\n");
    assert.deepEqual(await ids("tests: [{ vars: { a: x } }, { vars: { a: y } }, { vars: { a: x } }, { vars: { a: [x] } }]\n"), [first, (await ids("tests: [{ vars: { a: y } }]\n"))[0], `${first}~2`, `${first}~3`]);
  });

  it("must be unique: a second one is a mistake that names the first", async () => {
    const found = await mistakes({ "promptfooconfig.yaml": withTests("tests:\n  - metadata: { id: x }\n  - metadata: { id: x }\n  - file://t.csv\n"), "t.csv": "__metadata:id,a\nx,1\n" });
    assert.deepEqual(found.map(({ code, at }) => [code, at]), [["duplicate-id", "promptfooconfig.yaml:5:21 x"], ["duplicate-id", "t.csv:2:1 x,1"]]);
    assert.match(found[0]!.message, /The id "x" is used twice.* The first is on line 4\.$/);
    assert.match(found[1]!.message, /The first is on line 4 of promptfooconfig\.yaml\.$/);
  });
});

const WRONG: [tests: string, code: string, at: string, message: RegExp, files?: Record<string, string>][] = [
  ["tests: 3", "bad-test", "promptfooconfig.yaml:3:8 3", /tests is a list of tests, or a path/],
  ["tests: { vars: {} }", "bad-test", "promptfooconfig.yaml:3:8 { vars: {} }", /tests is a list/],
  ["tests: [3]", "bad-test", "promptfooconfig.yaml:3:9 3", /A test is an object/],
  ["tests: [{ vars: 3 }]", "bad-vars", "promptfooconfig.yaml:3:17 3", /vars is an object/],
  ["tests: [{ threshold: high }]", "bad-number", "promptfooconfig.yaml:3:22 high", /threshold must be a number, not "high"/],
  ["tests: [{ prompts: [nope] }]", "unknown-prompt", "promptfooconfig.yaml:3:9 { prompts: [nope] }", /There is no prompt "nope" in this suite/],
  ["defaultTest: 3\ntests: [{}]", "bad-test", "promptfooconfig.yaml:3:14 3", /defaultTest is a test/],
  ["tests: https://a.example/t.csv", "not-yet", "promptfooconfig.yaml:3:8 https://a.example/t.csv", /Tests from the network/],
  ["tests: [file://t.js:make]", "missing-file", "promptfooconfig.yaml:3:9 file://t.js:make", /There is no file t\.js/],
  ["tests: file://t.xlsx", "unsupported-file", "promptfooconfig.yaml:3:8 file://t.xlsx", /t\.xlsx is a spreadsheet, which is not read here\. Save it as CSV/],
  ["tests: file://q.yaml", "missing-file", "promptfooconfig.yaml:3:8 file://q.yaml", /There is no file q\.yaml/],
  ["tests: file://q/*.yaml", "missing-file", "promptfooconfig.yaml:3:8 file://q/*.yaml", /matches no file/],
  ["tests: [{ vars: { a: file://q.txt } }]", "missing-file", "promptfooconfig.yaml:3:22 file://q.txt", /There is no file q\.txt/],
  ["tests: [{ vars: { a: file://q/*.txt } }]", "missing-file", "promptfooconfig.yaml:3:22 file://q/*.txt", /matches no file/],
  ["tests: [{ vars: { a: file://v.py } }]", "missing-file", "promptfooconfig.yaml:3:22 file://v.py", /There is no file v\.py/],
  ["tests: [{ vars: { a: file://v.yaml } }]", "yaml-syntax", "v.yaml:1:5 x", /unidentified alias/, { "v.yaml": "a: *x\n" }],
  ["tests: file://t.jsonl", "json-syntax", "t.jsonl:2:1 {a: 2}", /This line is not JSON: /, { "t.jsonl": '{"vars": {"a": "1"}}\n{a: 2}\n' }],
  ["tests: file://t.jsonl", "bad-test", "t.jsonl:1:1 [1]", /A test is an object/, { "t.jsonl": "[1]\n" }],
  ["tests: file://t.jsonl", "unknown-assertion", 't.jsonl:2:22 "nope"', /no assertion of type "nope"/, { "t.jsonl": '{}\n{"assert": [{"type": "nope"}]}\n' }],
  ["tests: file://t.yaml", "unknown-assertion", "t.yaml:2:11 nope", /no assertion of type "nope"/, { "t.yaml": "assert:\n  - type: nope\n" }],
  ["tests: file://t.yaml", "cyclic-file", "t.yaml:2:3 file://t.yaml", /t\.yaml leads back to itself/, { "t.yaml": "- vars: { a: x }\n- file://t.yaml\n" }],
  ["tests: [{ provider: nobody }]", "unknown-provider", "promptfooconfig.yaml:3:21 nobody", /The provider "nobody" cannot be called yet/],
  ["tests: [{ providers: [nobody] }]", "unknown-provider-name", "promptfooconfig.yaml:3:9 { providers: [nobody] }", /There is no provider "nobody" in this suite/],
  ["tests: [{ vars: [{ a: 1 }] }]", "bad-vars", "promptfooconfig.yaml:3:17 [{ a: 1 }]", /vars is an object of names and values, or a path/],
  ["tests: [{ vars: q.yaml }]", "missing-file", "promptfooconfig.yaml:3:17 q.yaml", /There is no file q\.yaml/],
  ["tests: [file://t.yaml]", "empty-file", "promptfooconfig.yaml:3:9 file://t.yaml", /t\.yaml is empty/, { "t.yaml": "# nothing\n" }],
  ["tests: [{ options: { transform: 'output +' } }]", "bad-transform", "promptfooconfig.yaml:3:33 'output +'", /This transform does not compile: /],
  ['tests: [{ options: { transform: "a\\nreturn )" } }]', "bad-transform", 'promptfooconfig.yaml:3:33 "a\\nreturn )"', /several lines is the body of a function/],
  ["tests: [{ options: { postprocess: 3 } }]", "bad-transform", "promptfooconfig.yaml:3:35 3", /A transform is JavaScript, or file:\/\//],
  ["tests: [{ options: { transform: file://q.js } }]", "missing-file", "promptfooconfig.yaml:3:33 file://q.js", /There is no file q\.js/],
  ["tests: [{ options: { transform: file://q.sh } }]", "bad-code-file", "promptfooconfig.yaml:3:33 file://q.sh", /\.js, \.ts and \.py files are/],
  ["tests: [{ options: { transformVars: 'vars(' } }]", "bad-transform", "promptfooconfig.yaml:3:37 'vars('", /This transform does not compile/],
  ["tests: [{ assertScoringFunction: x }]", "bad-scoring", "promptfooconfig.yaml:3:34 x", /assertScoringFunction is a file:\/\//],
  ["scenarios: [x]", "bad-scenario", "promptfooconfig.yaml:3:13 x", /A scenario is \{config: /],
  ["tests: [{ vars: { a: 1 } }]\nscenarios: [{ config: [{ vars: { a: 1 } }] }]", "no-tests", "promptfooconfig.yaml:4:13 { config: [{ vars: { a: 1 } }] }", /This scenario runs nothing/],
  ["tests: [{ vars: { a: 1 } }]\nscenarios: [{ config: [{ vars: { a: 1 } }], tests: [{ vars: {} }], test: [] }]", "unknown-key", "promptfooconfig.yaml:4:68 test", /"test" is not a key of a scenario/],
  ["tests: [{ vasr: {} }]", "unknown-key", "promptfooconfig.yaml:3:11 vasr", /"vasr" is not a key of a test: it is ignored\. Did you mean "vars"/],
  ["tests: [{}]\nredteam: {}", "not-yet", "promptfooconfig.yaml:4:1 redteam", /Red teaming cannot be run yet/],
  ["tests: [{}]\nextensions: [hooks.js]", "bad-extension", "promptfooconfig.yaml:4:14 hooks.js", /^An extension is file:\/\//],
  ["tests: [{ assert: [{ type: max-score }, { type: equals, value: x }, { type: max-score }] }]", "second-comparison", "promptfooconfig.yaml:3:69 { type: max-score }", /Only the first max-score of a test counts/],
  ["tests: [{ assert: [{ type: meteor, value: x, alpha: high }] }]", "bad-number", "promptfooconfig.yaml:3:53 high", /alpha must be a number/],
  ["tests: [{ assert: [{ type: bleu, value: x, alpha: 1 }] }]", "unknown-key", "promptfooconfig.yaml:3:44 alpha", /"alpha" is not a key of an assertion/],
  ["tests: [{}]\nevaluateOptions: { maxConcurency: 1 }", "unknown-key", "promptfooconfig.yaml:4:20 maxConcurency", /is not a key of evaluateOptions: it is ignored\. Did you mean "maxConcurrency"/],
  ["tests: [{}]\nevaluateOptions: { maxEvalTimeMs: 1 }", "not-yet", "promptfooconfig.yaml:4:20 maxEvalTimeMs", /A time limit for a whole run cannot be run yet/],
  ["tests: [{}]\ntest: []", "unknown-key", "promptfooconfig.yaml:4:1 test", /Did you mean "tests"/],
];

describe("a mistake in tests", () => {
  for (const [tests, code, at, message, files] of WRONG) {
    it(`is said at its place: ${tests}${files ? ` with ${JSON.stringify(files)}` : ""}`, () => assertMistake({ "promptfooconfig.yaml": withTests(`${tests}\n`), ...files }, code, at, message));
  }
});
