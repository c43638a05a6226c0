import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { open, SUITE } from "../runner/support.ts";

const tests = Array.from({ length: 24 }, (_, n) => ({ vars: { n: String(n) }, assert: [{ type: "contains", value: "good" }] }));
const suite = (parts: object) => JSON.stringify({ prompts: ["{{n}}"], providers: ["echo"], tests, ...parts });
const checkouts = (folder: string) => readdirSync(join(folder, ".llmops")).filter((name) => name.startsWith("checkout-"));

/** A script may differ between the versions: each is judged by its own. */
describe("code of a suite's providers", function () {
  this.timeout(30_000);

  it("runs as each version has it, with what it imports and with what lies beside it", async () => {
    const files = {
      [SUITE]: suite({ providers: [{ id: "echo", transform: "file://code/t.mjs" }] }),
      "code/t.mjs": "import { word } from './words.mjs'; import tail from 'tail';\nimport { readFileSync } from 'node:fs';\nexport default (output) => output + word + tail + readFileSync(new URL('data.txt', import.meta.url), 'utf8');",
      "code/words.mjs": "export const word = ' good';",
      "code/data.txt": " data",
      "node_modules/tail/package.json": '{"name": "tail", "type": "module", "exports": "./i.js"}',
      "node_modules/tail/i.js": "export default ' tail';",
      ".gitignore": "node_modules",
    };
    const bench = await open(files, { git: true });
    assert.equal((await bench.series()).verdict, "passed");
    bench.write({ "code/words.mjs": "export const word = ' bad';" });
    const { verdict, broke } = await bench.series();
    assert.equal(verdict, "regression");
    assert.equal(broke.length, 24);
    assert.deepEqual(checkouts(bench.folder), [], "nothing is left behind");
  });

  it("is compared when it is written in the suite, too", async () => {
    const bench = await open({ [SUITE]: suite({ providers: [{ id: "echo", transform: "output + ' good'" }] }) }, { git: true });
    bench.write({ [SUITE]: suite({ providers: [{ id: "echo", transform: "output + ' bad'" }] }) });
    assert.equal((await bench.series()).verdict, "regression");
  });

  it("in Python runs as each version has it, with what it imports", async () => {
    const bench = await open({ [SUITE]: suite({ providers: [{ id: "echo", transform: "file://t.py:mark" }] }), "t.py": "from lib.words import word\n\ndef mark(output, context):\n    return output + word()\n", "lib/__init__.py": "", "lib/words.py": "def word():\n    return ' good'\n" }, { git: true });
    bench.write({ "lib/words.py": "def word():\n    return ' bad'\n" });
    assert.equal((await bench.series()).verdict, "regression");
  });
});
