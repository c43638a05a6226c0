import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { commitAll, ROOT } from "../engine.ts";
import { echoPrompt, echoSuite, engine, folderWith, json, lines, llmops, type Report, sideBySide, write } from "./support.ts";

describe("llmops baseline", function () {
  this.timeout(30_000);
  const test = sideBySide();

  test("accept pins the version that eval then compares with", async () => {
    const folder = folderWith(echoSuite(24, 2));
    const none = await llmops(folder, ["baseline", "show"]);
    assert.deepEqual([none.code, none.stdout], [0, "promptfooconfig.yaml   no baseline yet\n"]);

    const accepted = await llmops(folder, ["baseline", "accept"]);
    assert.deepEqual([accepted.code, accepted.stdout, accepted.stderr], [0, "promptfooconfig.yaml: accepted in llmops.baseline.json. Commit it, so that everybody compares with it.\n", ""]);
    const file = JSON.parse(readFileSync(join(folder, "llmops.baseline.json"), "utf8")) as { suites: Record<string, { files: object; series: Record<string, { runs: number; cases: object }> }> };
    const suite = file.suites["promptfooconfig.yaml"];
    assert.deepEqual(Object.keys(suite?.files ?? {}), ["prompt.txt", "promptfooconfig.yaml"]);
    const [series] = Object.values(suite?.series ?? {});
    assert.deepEqual([series?.runs, Object.keys(series?.cases ?? {}).length], [1, 24]);

    const shown = await llmops(folder, ["baseline", "show"]);
    assert.match(shown.stdout, /^promptfooconfig\.yaml {3}accepted \d{4}-\d\d-\d\d, just now \(accepted in llmops\.baseline\.json\)\n$/);
    const same = await json(folder, ["eval"]);
    assert.deepEqual([same.exit, same.verdict, same.suites[0]?.baseline?.kind], [0, "passed", "accepted"]);
    write(folder, echoPrompt(20));
    const worse = await llmops(folder, ["eval"]);
    assert.equal(worse.code, 1);
    assert.match(worse.stdout, /accuracy +91\.7\s% → 16\.7\s% .+REGRESSION/);
  });

  test("accept refuses what could prove nothing later, and still accepts the others", async () => {
    const folder = folderWith({ ...echoSuite(19, 0, "a"), ...echoSuite(20, 0, "b"), "c/promptfooconfig.yaml": "prompts: [" });
    commitAll(folder);
    const { code, stdout, stderr } = await llmops(folder, ["baseline", "accept", "a", "b"]);
    assert.equal(code, 3);
    assert.equal(stderr, "a/promptfooconfig.yaml: A baseline needs at least 20 cases to compare with later; this suite has 19. Smaller suites are compared with the last commit.\n");
    assert.equal(stdout, "b/promptfooconfig.yaml: accepted in llmops.baseline.json. Commit it, so that everybody compares with it.\n");
    const all = await json<{ accepted: { suite: string }[] }>(folder, ["baseline", "accept"]);
    assert.deepEqual([all.exit, all.accepted.map(({ suite }) => suite)], [2, ["b/promptfooconfig.yaml"]]);
  });

  test("show says which commit git found", async () => {
    const folder = folderWith(echoSuite(2));
    const git = commitAll(folder);
    write(folder, echoPrompt(1));
    const { stdout } = await llmops(folder, ["baseline", "show"]);
    assert.match(stdout, new RegExp(`^promptfooconfig\\.yaml   ${git("rev-parse", "HEAD").slice(0, 7)}, just now \\(found by git\\)\n$`));
  });

  test("says at which line llmops.baseline.json has merge conflicts or was edited, and what to do", async () => {
    const folder = folderWith(echoSuite(20));
    await llmops(folder, ["baseline", "accept"]);
    const file = join(folder, "llmops.baseline.json");
    const text = readFileSync(file, "utf8");
    const at = lines(text).findIndex((line) => line.includes('"lines"'));
    const again = 'Accept a baseline again to write it anew ("LLMOps: Accept as Baseline…" or "llmops baseline accept").\n';
    const says = async (damaged: string) => {
      write(folder, { "llmops.baseline.json": damaged });
      const { code, stdout, stderr } = await llmops(folder, ["eval"]);
      assert.match(stdout, /^1 passed\. Baseline: nothing to compare with\. {3}exit 2$/m);
      assert.equal(code, 2, "a check that lost what it compares with must not pass");
      return stderr;
    };

    const conflicting = lines(text).toSpliced(at, 0, "<<<<<<< HEAD", "=======", ">>>>>>> theirs").join("\n");
    assert.equal(await says(conflicting), `llmops.baseline.json:${at + 1}:1: This baseline has merge conflicts. ${again}`);
    assert.equal(await says(lines(text).toSpliced(at, 1, '          "lines": [,').join("\n")), `llmops.baseline.json:${at + 1}:1: This baseline is not valid JSON. ${again}`);
    assert.equal(await says(text.replace('"runs": 1', '"runs": 0')), `llmops.baseline.json:${lines(text).findIndex((line) => line.includes('"runs"')) + 1}:1: This baseline is not in the expected form (suites.promptfooconfig.yaml.series.prompt.txt#0 · echo.runs: Too small: expected number to be >0). ${again}`);
    const edited = text.replace("{% if n > 0 %}", "{% if n > 1 %}");
    assert.match(await says(edited), new RegExp(`^llmops\\.baseline\\.json:${lines(text).findIndex((line) => line.includes('"prompt.txt": {')) + 1}:1: The text of prompt\\.txt kept for promptfooconfig\\.yaml does not match its hash: it was edited by hand or merged\\. Accept`));
    const doctor = await llmops(folder, ["doctor"]);
    assert.deepEqual([doctor.code, /✗ promptfooconfig\.yaml .+The text of prompt\.txt kept/.test(doctor.stdout)], [2, true], doctor.stdout);

    assert.equal((await llmops(folder, ["baseline", "accept"])).code, 0, "accepting again mends it");
    assert.equal((await json(folder, ["eval"])).suites[0]?.baseline?.kind, "accepted");
  });
});

describe("llmops runs", function () {
  this.timeout(30_000);

  it("lists what ran, newest first, and shows one by the beginning of its id", async () => {
    const folder = folderWith(echoSuite(3, 1));
    const empty = await llmops(folder, ["runs", "list"]);
    assert.deepEqual([empty.code, empty.stdout], [0, 'No runs yet. "llmops eval" makes the first, or "llmops run start".\n']);
    const git = commitAll(folder);
    const commit = git("rev-parse", "HEAD").trim();
    const { runId } = await json(folder, ["eval"]);
    write(folder, echoPrompt(0));
    const second = await json(folder, ["eval"]);

    const [list, one, { runs }, shown, whole] = await Promise.all([
      llmops(folder, ["runs", "list"]),
      llmops(folder, ["runs", "list", "--limit", "1"]),
      json<{ runs: Record<string, unknown>[] }>(folder, ["runs", "list"]),
      llmops(folder, ["runs", "show", runId.slice(0, 8)]),
      json<{ id: string; report: Report; results: { caseId: string; status: string }[] }>(folder, ["runs", "show", runId]),
    ]);
    const listed = lines(list.stdout);
    assert.equal(listed.length, 2);
    assert.match(listed[0] ?? "", new RegExp(`^${second.runId.slice(0, 8)}  \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d  passed        ${commit.slice(0, 7)}\\*  eval     promptfooconfig\\.yaml   accuracy 1  .+$`));
    assert.match(listed[1] ?? "", new RegExp(`^${runId.slice(0, 8)}  .+  failed        ${commit.slice(0, 7)}   eval     promptfooconfig\\.yaml   accuracy 0\\.6667`));
    assert.deepEqual(lines(one.stdout), listed.slice(0, 1));
    assert.deepEqual(runs.map((run) => [run["runId"], run["status"], run["verdict"], run["dirty"]]), [[second.runId, "completed", "passed", true], [runId, "completed", "failed", false]]);

    assert.equal(shown.code, 0);
    assert.match(shown.stdout, /^promptfooconfig\.yaml {3}3 calls, 0 from cache {3}/);
    assert.match(shown.stdout, /#1 “.+”: bad 1 /);
    assert.deepEqual([whole.id, whole.report.verdict, whole.results.map(({ status }) => status).sort()], [runId, "failed", ["failed", "passed", "passed"]]);
  });
});

describe("llmops init", function () {
  this.timeout(30_000);
  const test = sideBySide();

  test("writes a llmops.yaml that holds what held without it, and never writes over one", async () => {
    const folder = folderWith(echoSuite(20, 0, "evals/a"));
    commitAll(folder);
    const made = await llmops(folder, ["init"]);
    assert.equal(made.code, 0);
    assert.match(made.stdout, /llmops\.yaml written, with evals\/a\/promptfooconfig\.yaml\.\nNext: "llmops eval", then "llmops baseline accept" to pin what you compare with\.\n$/);
    const file = join(folder, "llmops.yaml");
    const text = readFileSync(file, "utf8");
    assert.match(text, /^version: 1\n/);
    const evaluated = await llmops(folder, ["eval"]);
    assert.deepEqual([evaluated.code, evaluated.stderr], [0, ""], "it has no mistake");

    const again = await llmops(folder, ["init"]);
    assert.deepEqual([again.code, again.stdout], [2, ""]);
    assert.match(again.stderr, /llmops\.yaml is there already; it was left as it is\.\n$/);
    assert.equal(readFileSync(file, "utf8"), text);
  });

  test("says when there is no suite yet", async () => {
    const folder = folderWith({});
    const made = await json<{ file: string; suites: string[] }>(folder, ["init"]);
    assert.deepEqual([made.exit, made.file, made.suites], [0, join(folder, "llmops.yaml"), []]);
    assert.ok(existsSync(made.file));
  });
});

describe("llmops doctor", function () {
  this.timeout(30_000);
  const test = sideBySide();

  test("lists what has to work, and says that it does", async () => {
    const folder = folderWith(echoSuite(20));
    commitAll(folder);
    const { code, stdout } = await llmops(folder, ["doctor"]);
    assert.equal(code, 0);
    assert.match(stdout, /^✓ node {9}\d+\..+\n✓ folder {7}.+\n✓ store {8}.+\.llmops\n✓ git {10}main at [0-9a-f]{7}\n✓ llmops\.yaml {2}none: the defaults hold\n✓ promptfooconfig\.yaml 20 cases, 1 prompt, provider echo; baseline none yet\n$/);
  });

  test("lists every mistake at its place, and exits with 2", async () => {
    const folder = folderWith({ "a/promptfooconfig.yaml": "prompts: [file://none.txt]\nproviders: [echo]\n", "llmops.yaml": "version: 1\nsuites:\n  - { path: a, repeat: 0 }\n" });
    const { code, stdout } = await llmops(folder, ["doctor"]);
    assert.equal(code, 2);
    assert.match(stdout, /\n! git {10}no repository: changes are compared with the text before the first edit\n/);
    assert.match(stdout, /\n✗ llmops\.yaml {2}.+llmops\.yaml:3:24: .+\n/);
    assert.match(stdout, /\n✗ a\/promptfooconfig\.yaml .+promptfooconfig\.yaml:1:11: There is no file none\.txt/);
    const { exit, checks } = await json<{ checks: { name: string; state: string; detail: string }[] }>(folder, ["doctor"]);
    assert.equal(exit, 2);
    assert.deepEqual(checks.filter(({ state }) => state === "error").map(({ name }) => name), ["llmops.yaml", "a/promptfooconfig.yaml"]);
  });
});

describe("llmops sandbox", function () {
  this.timeout(30_000);
  const test = sideBySide();

  test("prints its address, answers there, and ends when it is told to", async () => {
    const sandbox = engine(folderWith({}), ["sandbox"]);
    const [, url] = await sandbox.shows(/^The sandbox listens on (http:\/\/127\.0\.0\.1:\d+\/v1) \(models: sandbox-small, sandbox-large\)\. Ctrl\+C stops it\.\n$/);
    const answer = await fetch(`${url}/chat/completions`, { method: "POST", body: JSON.stringify({ model: "sandbox-small", messages: [{ role: "user", content: "Hello" }] }) });
    assert.equal(answer.status, 200);
    sandbox.process.kill("SIGTERM");
    const { code, signal, stderr } = await sandbox.ended;
    assert.deepEqual([code, signal, stderr], [0, null, ""]);
  });

  test("says when its port is taken", async () => {
    const folder = folderWith({});
    const first = engine(folder, ["sandbox"]);
    const [, port = ""] = await first.shows(/:(\d+)\/v1/);
    const second = await llmops(folder, ["sandbox", "--port", port]);
    assert.equal(second.code, 3);
    assert.equal(second.stderr, `Port ${port} on 127.0.0.1 is in use. Choose another one, or 0 for any that is free.\n`);
    first.process.kill("SIGINT");
    assert.equal((await first.ended).code, 0);
  });
});

describe("llmops --help and --version", function () {
  this.timeout(30_000);
  const test = sideBySide();
  const folder = folderWith({});

  test("say what there is, for people", async () => {
    const { code, stdout, stderr } = await llmops(folder, ["--help"]);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, /^Usage: llmops \[options\] \[command\]\n\nCI\/CD for prompts and models/);
    const documented = [...readFileSync(join(ROOT, "docs/cli.md"), "utf8").matchAll(/^\| `llmops (\w+)/gm)].map(([, name]) => name);
    for (const command of new Set(documented)) assert.match(stdout, new RegExp(`^ {2}${command} .*\\w`, "m"));
    for (const line of stdout.split("\n")) assert.ok(line.length <= 80, line);
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
    for (const { stdout } of await Promise.all([llmops(folder, ["--version"]), llmops(folder, ["-V"])])) assert.equal(stdout, `${version}\n`);
  });

  test("every option of eval that is documented is there, and every other way round", async () => {
    const { stdout } = await llmops(folder, ["eval", "--help"]);
    const section = /## `eval`\n([\s\S]+?)\n\n[^|]/.exec(readFileSync(join(ROOT, "docs/cli.md"), "utf8"))?.[1] ?? "";
    const flags = (text: string) => new Set([...text.matchAll(/(?<![\w-])--[a-z][a-z-]+/g)].map(([flag]) => flag));
    const offered = flags(stdout);
    for (const other of ["--help", "--json"]) offered.delete(other);
    assert.deepEqual([...flags(section)].sort(), [...offered].sort());
  });

  test("--help of every command is help, and starts nothing", async () => {
    for (const command of ["lsp", "sandbox"]) {
      const { code, stdout } = await llmops(folder, [command, "--help"]);
      assert.equal(code, 0);
      assert.match(stdout, new RegExp(`^Usage: llmops ${command} \\[options\\]\n`));
    }
  });
});
