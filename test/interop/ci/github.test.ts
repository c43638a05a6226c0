import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { resultsIn } from "../../../src/core/jobs/results.ts";
import type { RemoteTask } from "../../../src/core/pipeline/remote/task.ts";
import { goTool } from "../../harness/goTool.ts";
import { echoPrompt, echoSuite, folderWith, llmops, write } from "../../unit/cli/support.ts";
import { commitAll, ENV, ROOT } from "../../unit/engine.ts";
import { pipelineYaml } from "../../unit/pipeline/support.ts";
import { temporaryFolder } from "../../unit/store/support.ts";

/** What the workflow uses of others and what stands in for it here: act would fetch them from GitHub. */
const STAND_INS: Readonly<Record<string, string>> = {
  "actions/checkout@v5": 'git init -q . && git fetch -q "$SOURCE" "+refs/heads/*:refs/remotes/origin/*" && git checkout -q --detach "${{ inputs.ref }}"',
  "actions/setup-node@v5": 'echo "asked for Node ${{ inputs.node-version }}, have $(node --version)"',
  "actions/cache@v4": 'echo "key ${{ inputs.key }}"; test -n "${{ inputs.path }}"',
  "actions/upload-artifact@v4": 'echo "${{ inputs.path }}" | while read -r file; do [ -z "$file" ] || cp "$file" "$UPLOADS/"; done',
};

describe("the workflow of llmops ci init github", function () {
  this.timeout(15 * 60_000);

  /** A repository with the workflow, and the engine as npm packs it. */
  const repository = async () => {
    const folder = folderWith({ ...echoSuite(20), "llmops.yaml": pipelineYaml(["{ name: evaluate, trigger: on-commit, steps: [{ name: eval, eval: . }, { name: say, command: 'echo \"$LLMOPS_COMMIT\" > said' }] }"]), ".gitignore": "said\n" });
    const [{ filename }] = JSON.parse(execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], { cwd: ROOT, encoding: "utf8" })) as [{ filename: string }];
    const git = commitAll(folder);
    const { code, stderr } = await llmops(folder, ["ci", "init", "github", "--package", `./${filename}`]);
    assert.equal(code, 0, stderr);
    git("add", ".");
    git("commit", "-qm", "Workflow");
    return { folder, git };
  };

  it("is clean by actionlint, and so is the one of github-jobs", async function () {
    const actionlint = goTool(this, "github.com/rhysd/actionlint/cmd/actionlint", "v1.7.12");
    const { folder } = await repository();
    assert.equal((await llmops(folder, ["ci", "init", "github-jobs", "--package", "llmops@1.0.0"])).code, 0);
    const { status, stdout } = spawnSync(actionlint, ["-no-color"], { cwd: folder, encoding: "utf8" });
    assert.equal(`${status} ${stdout}`, "0 ");
  });

  it("executed by act: passes with a good commit, with its results as files, and fails with a regression", async function () {
    const act = goTool(this, "github.com/nektos/act", "v0.2.89");
    const { folder, git } = await repository();
    const { actions, local } = standIns();
    const execute = (uploads: string) =>
      spawnSync(act, ["push", "-j", "pipeline", "-P", "ubuntu-latest=-self-hosted", "--env", `SOURCE=${folder}`, "--env", `UPLOADS=${uploads}`, "--env", `PATH=${join(process.execPath, "..")}:${process.env["PATH"]}`, ...local], {
        cwd: folder,
        env: { ...ENV, XDG_CACHE_HOME: join(actions, "cache") },
        encoding: "utf8",
      });

    const good = temporaryFolder();
    const passed = execute(good);
    assert.equal(passed.status, 0, passed.stdout + passed.stderr);
    const run = JSON.parse(readFileSync(join(good, "llmops.json"), "utf8")) as { state: string; commit: string; trigger: string };
    assert.deepEqual([run.state, run.trigger, run.commit], ["passed", "on-commit", git("rev-parse", "HEAD").trim()]);
    assert.match(readFileSync(join(good, "llmops.xml"), "utf8"), /<testsuites?/);
    assert.ok(existsSync(join(good, "llmops.sarif")) && existsSync(join(good, "llmops.md")));

    write(folder, echoPrompt(15));
    git("commit", "-qam", "Worse");
    const bad = temporaryFolder();
    const failed = execute(bad);
    assert.equal(failed.status, 1, failed.stdout);
    assert.equal((JSON.parse(readFileSync(join(bad, "llmops.json"), "utf8")) as { state: string }).state, "failed");
    assert.match(readFileSync(join(bad, "llmops.md"), "utf8"), /accuracy/);
  });

  it("of github-jobs, executed by act: leaves a shard's part as its artifact", async function () {
    const act = goTool(this, "github.com/nektos/act", "v0.2.89");
    const { folder, git } = await repository();
    const filename = readdirSync(folder).find((file) => file.endsWith(".tgz")) as string;
    assert.equal((await llmops(folder, ["ci", "init", "github-jobs", "--package", `./${filename}`])).code, 0);
    git("add", ".");
    git("commit", "-qm", "Jobs");
    const { actions, local } = standIns();
    const commit = git("rev-parse", "HEAD").trim();
    const task = { version: 1, commit, commits: [commit], folder: "", suites: [{ file: "promptfooconfig.yaml", shards: 2 }] } satisfies RemoteTask;
    const event = join(actions, "event.json");
    writeFileSync(event, JSON.stringify({ inputs: { key: "k", shards: "[1]", task: JSON.stringify(task) } }));
    const uploads = temporaryFolder();
    const done = spawnSync(act, ["workflow_dispatch", "-W", ".github/workflows/llmops-jobs.yml", "-e", event, "-P", "ubuntu-latest=-self-hosted", "--env", `SOURCE=${folder}`, "--env", `UPLOADS=${uploads}`, "--env", `PATH=${join(process.execPath, "..")}:${process.env["PATH"]}`, ...local], {
      cwd: folder,
      env: { ...ENV, XDG_CACHE_HOME: join(actions, "cache") },
      encoding: "utf8",
    });
    assert.equal(done.status, 0, done.stdout + done.stderr);
    const part = resultsIn(readFileSync(join(uploads, "results.txt"), "utf8")).get("promptfooconfig.yaml") ?? "";
    const [header = "", ...cases] = part.trimEnd().split("\n");
    assert.deepEqual([(JSON.parse(header) as { shard: object }).shard, cases.length], [{ index: 2, of: 2 }, 10]);
  });
});

/** Folders in the place of the actions, as act takes them. */
function standIns(): { readonly actions: string; readonly local: readonly string[] } {
  const actions = temporaryFolder();
  const local = Object.entries(STAND_INS).flatMap(([name, script]) => {
    const place = join(actions, name);
    mkdirSync(place, { recursive: true });
    const inputs = ["ref", "fetch-depth", "persist-credentials", "node-version", "key", "path", "restore-keys", "name"].map((input) => `  ${input}: { required: false }\n`).join("");
    writeFileSync(join(place, "action.yml"), `name: stand-in\ndescription: stand-in\ninputs:\n${inputs}runs: { using: composite, steps: [{ shell: bash, run: ${JSON.stringify(script)} }] }\n`);
    return ["--local-repository", `${name}=${place}`];
  });
  return { actions, local };
}
