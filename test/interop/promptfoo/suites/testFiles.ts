import type { Example } from "../sides.ts";
import { echoed } from "./support.ts";

const from = (tests: unknown, files: Record<string, string>, prompt = "{{a}} {{b}}"): Example => ({ config: echoed(prompt, tests), files });
const LIST = "- vars: { a: x }\n  assert: [{ type: contains, value: x }]\n- vars: { a: y }\n  assert: [{ type: contains, value: x }]\n";

/** Tests in files of every format, in sub-folders too. */
export const testFiles: Readonly<Record<string, Example>> = {
  "YAML, as a text and in a list": from(["file://t.yaml", { vars: { a: "z" } }], { "t.yaml": LIST }),
  "YAML as the only one": from("file://t.yaml", { "t.yaml": LIST }),
  "YAML with one test": from(["file://t.yaml"], { "t.yaml": "vars: { a: x }\n" }),
  "YAML by a pattern": from("file://tests/*.yaml", { "tests/1.yaml": LIST, "tests/2.yaml": "- vars: { a: z }\n" }),
  "JSON": from(["t.json"], { "t.json": '[{"vars": {"a": "x"}}, {"vars": {"a": "y"}}]' }),
  "JSON as the only one": from("t.json", { "t.json": '[{"vars": {"a": "x"}}, {"vars": {"a": "y"}}]' }),
  "JSON Lines": from(["t.jsonl"], { "t.jsonl": '{"vars": {"a": "x"}}\n\n{"vars": {"a": "y"}, "assert": [{"type": "equals", "value": "z"}]}\n' }),
  "a path in an object": { ...from([{ path: "t.yaml" }], { "t.yaml": "- vars: { a: x }\n" }), differs: "`{path: tests.yaml}`" },
  "a path in an object, JSON": from({ path: "file://t.json" }, { "t.json": '[{"vars": {"a": "x"}}]' }),
  "files that variables name, from a sub-folder": from(["file://tests/t.yaml"], { "tests/t.yaml": "- vars: { a: file://data.txt }\n", "data.txt": "beside the suite", "tests/data.txt": "beside the tests" }),
  "files that variables name, from JSON in a sub-folder": from(["file://tests/t.json"], { "tests/t.json": '[{"vars": {"a": "file://data.txt"}}]', "data.txt": "beside the suite", "tests/data.txt": "beside the tests" }),
  "files that variables name, from CSV in a sub-folder": from("file://tests/t.csv", { "tests/t.csv": "a,b\nfile://data.txt,1\n", "data.txt": "beside the suite", "tests/data.txt": "beside the tests" }),
  "files that values name, from a sub-folder": from(["file://tests/t.yaml"], { "tests/t.yaml": "- vars: { a: '{\"n\": 1}' }\n  assert: [{ type: is-json, value: file://schema.json }, { type: contains-any, value: file://words.yaml }]\n", "schema.json": '{"type": "object", "required": ["n"]}', "tests/schema.json": '{"type": "array"}', "words.yaml": "['1']\n", "tests/words.yaml": "['2']\n" }, "{{a}}"),
  "scripts that values name, from a sub-folder": from(["file://tests/t.yaml"], { "tests/t.yaml": "- vars: { a: x }\n  assert: [{ type: javascript, value: file://judge.js }]\n", "judge.js": "module.exports = () => ({ pass: true, score: 0.5, reason: 'suite' });", "tests/judge.js": "module.exports = () => ({ pass: true, score: 0.25, reason: 'tests' });" }),
  "all variables in a file, from a sub-folder": from(["file://tests/t.yaml"], { "tests/t.yaml": "- vars: more.yaml\n", "more.yaml": "a: suite\n", "tests/more.yaml": "a: tests\n" }),
  "files of tests that name files of tests": from(["file://tests/all.yaml"], { "tests/all.yaml": "- file://one.yaml\n", "one.yaml": "vars: { a: suite }\n", "tests/one.yaml": "vars: { a: tests }\n" }),
  "a default test that names files, from a sub-folder": { config: echoed("{{a}}", [{ vars: { b: "x" } }], { defaultTest: "file://tests/d.yaml" }), files: { "tests/d.yaml": "vars: { a: file://data.txt }\n", "data.txt": "beside the suite", "tests/data.txt": "beside the tests" } },
  "references in a file": from(["file://t.yaml"], { "t.yaml": "- vars: { a: x }\n  assert: &has [{ type: contains, value: x }]\n- vars: { a: y }\n  assert: *has\n" }),
  "options and thresholds in a file": from(["file://t.yaml"], { "t.yaml": "- vars: { a: x }\n  threshold: 0.5\n  options: { prefix: 'p ' }\n  assert: [{ type: contains, value: x, weight: 3 }, { type: contains, value: nope }]\n" }),
  "a file that is not there": { ...from(["file://none.yaml"], {}), differs: "a file of tests that is not there" },
  "an empty file": from(["file://t.yaml", { vars: { a: "x" } }], { "t.yaml": "" }),
};
