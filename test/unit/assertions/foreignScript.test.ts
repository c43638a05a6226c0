import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Processes } from "../../../src/core/host.ts";
import { type Assertion, JudgeError } from "../../../src/core/evals/model.ts";
import { createInterpreters } from "../../../src/core/evals/suiteCode/interpreters.ts";
import { RUBY } from "./examples.ts";
import { Bench, assertion, processes } from "./support.ts";

const bench = new Bench();
after(() => bench.close());

const file = (name: string) => `file://${join(bench.folder, name)}`;

async function grade(type: string, value: unknown, output: unknown = "x", more?: Partial<Assertion>) {
  return bench.grade([assertion(type, value, more)], output, { vars: { n: 0 } });
}

describe("python", () => {
  before(function () {
    if (spawnSync("python3", ["--version"]).status !== 0) this.skip();
    bench.file("helper.py", "def limit():\n    return 3\n");
    bench.file(
      "check.py",
      `import asyncio, subprocess, sys
from helper import limit

print("loaded", {"value": True})

def get_assert(output, context):
    print("garbage")
    sys.stdout.write('{"value": false}')
    subprocess.run([sys.executable, "-c", "print('more garbage')"])
    return {"pass": len(output) > limit(), "score": 0.5, "reason": "so so", "named_scores": {"tone": 0.2}}

async def later(output, context):
    await asyncio.sleep(0)
    return context["config"]["least"] <= len(output)

class Checks:
    @staticmethod
    def long(output, context):
        return len(output) > 5

def expected(output, context):
    return "x" * context["vars"]["n"]

def surroundings(output, context):
    import os
    return "PATH" in os.environ and not any(name in os.environ for name in ["HOME", "LLMOPS_TEST_SECRET"])

def linger(output, context):
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    return True

def thread(output, context):
    import threading, time
    threading.Thread(target=lambda: time.sleep(60)).start()
    return True
`,
    );
  });

  it("files: get_assert, a function, a method, an async one; whatever they print", async () => {
    const whole = await grade("python", file("check.py"), "four", { metric: "style" });
    assert.deepEqual([whole.pass, whole.score, whole.metrics], [true, 0.5, { style: 0.5, tone: 0.2 }]);
    assert.equal((await grade("not-python", file("check.py"), "four")).pass, false);
    assert.equal((await grade("python", file("check.py"), "one")).pass, false);
    assert.equal((await grade("python", file("check.py:later"), "four", { config: { least: 4 } })).pass, true);
    assert.equal((await grade("python", file("check.py:Checks.long"), "four")).pass, false);
  });

  it("computes the value of another type", async () => {
    assert.equal((await bench.grade([assertion("equals", file("check.py:expected"))], "xxx", { vars: { n: 3 } })).pass, true);
    await assert.rejects(grade("equals", file("check.py")), /returned a judgement/);
  });

  it("gives nothing of the environment but PATH", async () => {
    process.env["LLMOPS_TEST_SECRET"] = "1";
    try {
      assert.equal((await grade("python", file("check.py:surroundings"))).pass, true);
    } finally {
      delete process.env["LLMOPS_TEST_SECRET"];
    }
  });

  it("does not wait for what a script leaves behind", async function () {
    this.timeout(20_000);
    assert.equal((await grade("python", file("check.py:linger"))).pass, true);
    assert.equal((await grade("python", file("check.py:thread"))).pass, true);
  });

  it("fails when it throws, also under not-, and says why", async () => {
    for (const type of ["python", "not-python"]) {
      for (const [value, reason] of [["1 / 0", /The script threw ZeroDivisionError/], ["output ==", /cannot be used. SyntaxError/], [file("check.py:nothing"), /no attribute 'nothing'/], [file("missing.py"), /missing\.py cannot be used/], ["__import__('os')._exit(3)", /ended with status 3/]] as const) {
        const row = await grade(type, value);
        assert.deepEqual([row.pass, row.score], [false, 0]);
        assert.match(row.reason, reason);
      }
    }
  });

  it("is an error when it returns no judgement", async () => {
    for (const value of ["'yes'", "[True]", "{'pass': True}", "{'pass': True, 'score': float('nan'), 'reason': ''}", "float('inf')", "object()", "'{'", "{'pass': 1, 'score': 1, 'reason': ''}"]) {
      await assert.rejects(grade("python", value), (error) => error instanceof JudgeError && /returned/.test(error.message), value);
    }
  });

  it("is killed when it does not return, and given up after a while", async function () {
    this.timeout(20_000);
    const quick = new Bench({ interpreterTimeoutMs: 700 });
    try {
      for (const reason of [/killed after 0.7 s/, /killed after 0.7 s/, /killed after 0.7 s/, /killed 3 times/]) {
        await assert.rejects(quick.grade([assertion("python", "while True:\n  pass\n")], "x"), (error) => error instanceof JudgeError && reason.test(error.message));
      }
    } finally {
      quick.close();
    }
  });

  it("stops with its run", async () => {
    const stopped = new Bench();
    const row = stopped.grade([assertion("python", "__import__('time').sleep(60)")], "x");
    setTimeout(() => stopped.suiteCode.close(), 100);
    await assert.rejects(row, (error) => error instanceof JudgeError && /run was stopped/.test(error.message));
    await assert.rejects(stopped.grade([assertion("python", "True")], "x"), /run was stopped/);
    stopped.close();
  });

  it("runs a few at a time, and leaves nothing beside the suite", async () => {
    const rows = await Promise.all(Array.from({ length: 12 }, (_, n) => bench.grade([assertion("python", "context['vars']['n'] % 2 == 0")], "x", { vars: { n } })));
    assert.deepEqual(rows.map(({ pass }) => pass), rows.map((_, n) => n % 2 === 0));
    assert.equal(existsSync(join(bench.folder, "__pycache__")), false);
  });
});

describe("ruby", () => {
  before(function () {
    if (spawnSync("ruby", ["--version"]).status !== 0) this.skip();
    bench.file("helper.rb", "LIMIT = 3\n");
    bench.file("check.rb", `require "helper"\nputs '{"value": false}'\ndef get_assert(output, context)\n  puts "garbage"\n  system("echo more")\n  { pass: output.length > LIMIT, score: 0.5, reason: "so", named_scores: { tone: 0.2 } }\nend\nclass Checks\n  def self.long(output, context) = output.length > 5\nend\n`);
  });

  it("as promptfoo", async function () {
    this.timeout(30_000);
    const expected: [unknown, unknown, [boolean, number], [boolean, number], Partial<Assertion>?][] = [
      ...RUBY.pass!.map(([value, output]): [unknown, unknown, [boolean, number], [boolean, number]] => [value, output, [true, 1], [false, 0]]),
      ...RUBY.fail!.map(([value, output]): [unknown, unknown, [boolean, number], [boolean, number]] => [value, output, [false, 0], [true, 1]]),
      ...RUBY.raw!.map(([value, output, score, pass, more]): [unknown, unknown, [boolean, number], [boolean, number], Partial<Assertion>?] => [value, output, [pass, score], [!pass, score], more]),
      ...RUBY.fixed!.map(([value, output]): [unknown, unknown, [boolean, number], [boolean, number]] => [value, output, [false, 0], [false, 0]]),
    ];
    for (const [value, output, plain, negated, more] of expected) {
      for (const [type, wanted] of [["ruby", plain], ["not-ruby", negated]] as const) {
        const { pass, score, reason } = await grade(type, value, output, more);
        assert.deepEqual([pass, score], wanted, `${type} ${String(value)}: ${reason}`);
      }
    }
    for (const value of ["'yes'", "[true]", "{pass: true}", "Float::NAN"]) await assert.rejects(grade("ruby", value), (error) => error instanceof JudgeError && /returned/.test(error.message), value);
  });

  it("files, whatever they print", async () => {
    const row = await grade("ruby", file("check.rb"), "four", { metric: "m" });
    assert.deepEqual([row.pass, row.metrics], [true, { m: 0.5, tone: 0.2 }]);
    assert.equal((await grade("ruby", file("check.rb:Checks.long"), "four")).pass, false);
    assert.match((await grade("ruby", file("check.rb:nothing"), "four")).reason, /cannot be used/);
  });
});

describe("an interpreter that is missing", () => {
  it("is an error that says what to install", async () => {
    const tried: string[] = [];
    const none: Processes = {
      ...processes,
      run(program) {
        tried.push(program);
        return Promise.reject(new Error(`${program} cannot be started (ENOENT).`, { cause: Object.assign(new Error(), { code: "ENOENT" }) }));
      },
    };
    const { interpret } = createInterpreters(none, { cwd: bench.folder });
    await assert.rejects(interpret({ language: "python", code: "True", args: [] }), (error) => error instanceof JudgeError && /python3 or python is not to be found in PATH. Install Python 3/.test(error.message));
    await assert.rejects(interpret({ language: "ruby", code: "true", args: [] }), /Install Ruby/);
    assert.deepEqual(tried, ["python3", "python", "ruby"]);
  });
});
