import assert from "node:assert/strict";
import { resolve } from "node:path";
import { localImports } from "../../../src/core/evals/suiteCode/imports.ts";
import { read, valid, withTests, workspace } from "../suites/support.ts";

const at = (...paths: string[]) => paths.map((path) => resolve("/w/code", path));

describe("what code imports from beside it", () => {
  const firsts = (file: string, text: string) => localImports(resolve("/w/code", file), text).map(([first]) => first);

  it("is found in JavaScript and TypeScript, however it is written", () => {
    const text = `import a from "./a.mjs"; import "../b.js";\nexport { c } from './c';\nconst d = require("./d"), e = await import("./e.ts"); import fs from "node:fs"; import { x } from "pkg";`;
    assert.deepEqual(firsts("t.mjs", text), at("a.mjs", "../b.js", "c", "d", "e.ts"));
    assert.ok(localImports(resolve("/w/code", "t.ts"), 'import "./lib"')[0]!.includes(resolve("/w/code/lib/index.ts")));
  });

  it("is found in Python: modules, packages, members and what is above", () => {
    const text = "import json, words\nimport lib.more as m\nfrom lib import one, two as t\nfrom . import near\nfrom ..up import (\n  x,\n  y,\n)\n";
    assert.deepEqual(firsts("t.py", text), at("json.py", "words.py", "lib/__init__.py", "lib/more.py", "lib.py", "lib/one.py", "lib/two.py", "near.py", "../up.py", "../up/x.py", "../up/y.py"));
  });

  it("is found in Ruby", () => assert.deepEqual(localImports(resolve("/w/code", "t.rb"), 'require_relative "lib/a"\nrequire "json"'), [at("lib/a", "lib/a.rb")]));

  it("is part of the suite, of imports of imports too, and never from outside of the workspace", async () => {
    const files = { "a.mjs": "import './b.mjs'; export default (output) => output;", "b.mjs": "import './a.mjs'; import '../outside.mjs'; import './none.mjs'" };
    const suite = await valid({ "promptfooconfig.yaml": withTests("tests: [{ vars: { a: x }, options: { transform: file://a.mjs } }]\n"), ...files });
    assert.deepEqual([...suite.scripts].map((file) => file.slice(suite.root.length + 1)), ["a.mjs", "b.mjs"]);
    assert.deepEqual([...suite.files.keys()].map((file) => file.slice(suite.root.length + 1)), ["promptfooconfig.yaml", "a.mjs", "b.mjs"]);
    assert.deepEqual([...(await read(workspace(withTests("tests: [{ vars: { a: x } }]\n")))).scripts], []);
  });
});
