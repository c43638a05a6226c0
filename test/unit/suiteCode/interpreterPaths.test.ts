import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import { type OpenOptions, open, SUITE } from "../runner/support.ts";

/** promptfoo's variables for where an interpreter is; a script stands in for it, and leaves a mark. */
describe("PROMPTFOO_PYTHON and PROMPTFOO_RUBY", function () {
  this.timeout(20_000);

  const CODE = { python: "def call_api(prompt, options, context):\n    return {'output': 'made'}\n", ruby: "def call_api(prompt, options, context)\n  { 'output' => 'made' }\nend\n" };
  const suite = (file: string) => JSON.stringify({ prompts: ["p"], providers: [`file://${file}`], tests: [{ assert: [{ type: "equals", value: "made" }] }] });

  for (const [language, file, variable, program] of [["python", "p.py", "PROMPTFOO_PYTHON", "python3"], ["ruby", "p.rb", "PROMPTFOO_RUBY", "ruby"]] as const) {
    it(`${variable} is started`, async function () {
      if (process.platform === "win32" || spawnSync(program, ["--version"]).status !== 0) this.skip();
      const env: Record<string, string> = {};
      const bench = await open({ [SUITE]: suite(file), [file]: CODE[language], mine: `#!/bin/sh\ntouch "$(dirname "$0")/mark"\nexec ${program} "$@"\n` }, { env } satisfies OpenOptions);
      chmodSync(join(bench.folder, "mine"), 0o755);
      env[variable] = join(bench.folder, "mine");
      assert.deepEqual([(await bench.report()).verdict, existsSync(join(bench.folder, "mark"))], ["passed", true]);
    });

    it(`${variable} that is not there is an error that names it`, async () => {
      const bench = await open({ [SUITE]: suite(file), [file]: CODE[language] }, { env: { [variable]: "/no/such/program" } });
      assert.match(JSON.stringify((await bench.evaluate()).series), /is needed to ask .*\/no\/such\/program is not to be found/);
    });
  }
});
