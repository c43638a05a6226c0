import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { diskSnapshot } from "../../../src/core/config/diskSnapshot.ts";
import { assertMistake, assertOnly, type Files, mistakesOf, read, valid, withTests, workspace } from "./support.ts";

/** Windows makes links only for administrators. */
const links = process.platform === "win32" ? it.skip : it;

describe("a suite that cannot be read", () => {
  const WRONG: Record<string, [files: Files, code: string, at: string, message: RegExp]> = {
    "is empty": ["", "empty-suite", "promptfooconfig.yaml:1:1 ", /This suite is empty\. It needs prompts, providers and tests/],
    "has comments only": ["# later\n\n", "empty-suite", "promptfooconfig.yaml:1:1 ", /is empty/],
    "is a list": ["- prompts\n", "empty-suite", "promptfooconfig.yaml:1:1 ", /is no mapping/],
    "is indented badly": ["prompts: [x]\nproviders: [echo]\n tests: []\n", "yaml-syntax", "promptfooconfig.yaml:3:2 t", /bad indentation/],
    "is indented by tabs": ["tests:\n  - vars:\n\t\ta: x\n", "yaml-syntax", "promptfooconfig.yaml:3:1 \t", /tab characters must not be used in indentation/],
    "has a key twice": ["prompts: [x]\nprompts: [y]\n", "yaml-syntax", "promptfooconfig.yaml:2:1 p", /duplicated mapping key/],
    "has a template without quotes": ["prompts: [x]\ntests:\n  - vars:\n      a: {{ x }}\n", "yaml-syntax", "promptfooconfig.yaml:4:10 {{", /a value that begins with \{\{ must be quoted/],
    "has a template without quotes in a list": ["prompts:\n  - {{ x }}\n", "yaml-syntax", "promptfooconfig.yaml:2:5 {{", /must be quoted/],
    "has a text after a template without quotes": ["prompts:\r\n  - {{ x }} and {{ y }}\r\n", "yaml-syntax", "promptfooconfig.yaml:2:5 {{", /must be quoted/],
    "breaks after lone carriage returns": ["prompts: [x]\rtests: []\r a: 1\r", "yaml-syntax", "promptfooconfig.yaml:3:2 a", /bad indentation/],
    "breaks after CRLF, a byte-order mark and an emoji": ['\uFEFFprompts: ["😀"]\r\n😀: "\\q"\r\n', "yaml-syntax", "promptfooconfig.yaml:2:7 q", /unknown escape sequence/],
  };
  for (const [name, [files, code, at, message]] of Object.entries(WRONG)) it(`says so when it ${name}`, () => assertMistake(files, code, at, message));

  it("says so when it is not there, or is a folder", async () => {
    const root = workspace({ "folder/promptfooconfig.yaml/x": "" });
    assertOnly(mistakesOf(await read(root)), "missing-file", "promptfooconfig.yaml:1:1 ", /There is no file /);
    assertOnly(mistakesOf(await read(root, "folder/promptfooconfig.yaml")), "file-directory", "folder/promptfooconfig.yaml:1:1 ", /is a folder/);
  });

  it("counts columns as the editor does: an emoji is two", () =>
    assertMistake(withTests("tests: [{ description: 😀, vars: { a: 😀 }, nope: 1 }]\n"), "unknown-key", "promptfooconfig.yaml:3:45 nope", /"nope" is not a key of a test/));

  it("counts lines as the editor does: CRLF, LF and a lone CR each end one", () =>
    assertMistake("\uFEFFprompts: [x]\r\nproviders: [echo]\ntests:\r  - nope: 1\r", "unknown-key", "promptfooconfig.yaml:4:5 nope", /./));
});

describe("a folder that is not there", () => {
  it("has no files, and nothing is left to fail later", async () => {
    const snapshot = diskSnapshot(join(workspace(), "none"));
    assert.equal(await snapshot.read(join(workspace(), "none", "x")), undefined);
    await assert.rejects(snapshot.read(workspace({ x: "" })), { reason: "outside" });
  });
});

describe("a file that a suite names", () => {
  const suiteOf = (path: string) => `prompts: [file://${path}]\nproviders: [echo]\ntests: [{ vars: { a: x } }]\n`;

  it("is not read outside of the workspace", async () => {
    const outside = workspace({ "secret.txt": "secret" });
    for (const path of ["../secret.txt", join(outside, "secret.txt"), "a/../../secret.txt"]) {
      const suite = await read(workspace(suiteOf(path)));
      assertOnly(mistakesOf(suite), "outside-workspace", `promptfooconfig.yaml:1:11 file://${path}`, /is outside of the workspace .* must be inside it/);
      assert.equal(suite.files.size, 1);
    }
  });

  links("is not read through a link that leads out", async () => {
    const root = workspace(suiteOf("link.txt"));
    symlinkSync(join(workspace({ "secret.txt": "secret" }), "secret.txt"), join(root, "link.txt"));
    const suite = await read(root);
    assertOnly(mistakesOf(suite), "file-outside", "promptfooconfig.yaml:1:11 file://link.txt", /is outside of the workspace/);
    assert.equal(suite.files.size, 1);
  });

  links("is read through a link that stays inside", async () => {
    const root = workspace({ "promptfooconfig.yaml": suiteOf("link/p.txt"), "real/p.txt": "Hi" });
    symlinkSync("real", join(root, "link"));
    assert.deepEqual((await read(root)).prompts.map(({ template }) => template), ["Hi"]);
  });

  it("is read from an absolute path inside", async () => {
    const root = workspace({ "p.txt": "Hi" });
    writeFileSync(join(root, "promptfooconfig.yaml"), suiteOf(join(root, "p.txt")));
    assert.deepEqual((await read(root)).prompts.map(({ key }) => key), ["p.txt#0"]);
  });

  it("is not a folder", async () => {
    const root = workspace(suiteOf("p.txt"));
    mkdirSync(join(root, "p.txt"));
    assertOnly(mistakesOf(await read(root)), "file-directory", "promptfooconfig.yaml:1:11 file://p.txt", /p\.txt is a folder/);
  });

  it("is not larger than 64 MB", async () => {
    const root = workspace({ "promptfooconfig.yaml": suiteOf("p.txt"), "p.txt": "" });
    truncateSync(join(root, "p.txt"), 65 * 2 ** 20);
    assertOnly(mistakesOf(await read(root)), "file-too-large", "promptfooconfig.yaml:1:11 file://p.txt", /p\.txt has 65 MB; at most 64 MB are read/);
  });

  it("is told of once, however often it is named", async () => {
    const found = mistakesOf(await read(workspace({ "promptfooconfig.yaml": withTests("tests: [file://t.yaml, file://t.yaml]\n"), "t.yaml": "- [\n" })));
    assert.deepEqual(found.map(({ code }) => code), ["yaml-syntax"]);
  });
});

describe("a whole suite", () => {
  it("keeps what it says of itself, and every file it was read from", async () => {
    const files = { "promptfooconfig.yaml": "description: d\nprompts: [file://p.txt]\nproviders: [echo]\ntests: file://t.csv\nevaluateOptions: { maxConcurrency: 3, repeat: 2, cache: false, delay: 0 }\ncommandLineOptions: { repeat: 5, timeoutMs: 100 }\nenv: { A: 1 }\nx-own: 1\n", "p.txt": "Hi", "t.csv": "\uFEFFa\nx\n", "other.txt": "" };
    const suite = await valid(files);
    assert.equal(suite.description, "d");
    assert.deepEqual(suite.options, { maxConcurrency: 3, repeat: 5, delay: undefined, timeoutMs: 100, cache: false, env: { A: "1" } });
    assert.deepEqual([...suite.files], [["promptfooconfig.yaml", files["promptfooconfig.yaml"]], ["p.txt", "Hi"], ["t.csv", "a\nx\n"]].map(([path, text]) => [join(suite.root, path!), text]));
  });

  it("is read from JSON, too", async () => {
    const root = workspace({ "promptfooconfig.json": '{"prompts": ["Hi"], "providers": ["echo"],\n "tests": [{"vars": {"a": "x"}, "nope": 1}]}' });
    assertOnly(mistakesOf(await read(root, "promptfooconfig.json")), "unknown-key", 'promptfooconfig.json:2:33 "nope"', /./);
  });
});
