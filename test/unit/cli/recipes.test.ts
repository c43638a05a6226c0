import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { load } from "js-yaml";
import { ENGINE, gitIn, ROOT, sampleFolder, withoutRefunds } from "../engine.ts";
import { folderWith, json, start, write } from "./support.ts";

const SUITE = "evals/support";

/** The code blocks of docs/scale.md, in their order. */
const [workflow, , shard, job, ray] = [...readFileSync(join(ROOT, "docs/scale.md"), "utf8").matchAll(/^```\w+\n([^]*?)^```$/gm)].map(([, text]) => text as string);

interface Job {
  readonly spec: {
    readonly completionMode: string;
    readonly completions: number;
    readonly template: { readonly spec: { readonly containers: readonly [{ readonly command: readonly [string, ...string[]]; readonly env: readonly { readonly name: string; readonly value?: string }[] }] } };
  };
}

describe("the recipes of docs/scale.md", function () {
  this.timeout(90_000);

  let repository: string;
  let commit: string;
  let env: Record<string, string>;
  before(function () {
    if (process.platform === "win32") this.skip(); // they are scripts for `sh`
    const { folder, git } = sampleFolder();
    const prompt = join(folder, "prompts/triage.txt");
    writeFileSync(prompt, withoutRefunds(readFileSync(prompt, "utf8")));
    git("commit", "-qam", "Without refunds");
    repository = folder;
    commit = git("rev-parse", "HEAD").trim();
    env = { PATH: `${tools()}${delimiter}${process.env["PATH"] ?? ""}`, REPOSITORY: folder, COMMIT: commit, SUITE, RAY_ADDRESS: "http://127.0.0.1:8265" };
  });

  /** What the recipes find on their machines. Of Ray only its command line's form: what stands after `--` is the job. */
  function tools(): string {
    const bin = folderWith({});
    const scripts = {
      llmops: `#!/bin/sh\nexec "${process.execPath}" "${ENGINE}" "$@"\n`,
      shard: shard as string,
      ray: '#!/bin/sh\n[ "$1 $2" = "job submit" ] || exit 2\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n',
    };
    write(bin, scripts);
    for (const name of Object.keys(scripts)) chmodSync(join(bin, name), 0o755);
    return bin;
  }

  function clone(): string {
    const folder = folderWith({});
    gitIn(folder)("clone", "-q", repository, ".");
    return folder;
  }

  const sh = (script: string, cwd: string, more: Record<string, string>) => start(cwd, "sh", ["-c", script], { env: { ...env, ...more } }).ended;

  it("Kubernetes: every pod of the Job makes its shard, and merged they say what one run says", async () => {
    const { spec } = load(job as string) as Job;
    const [{ command, env: variables }] = spec.template.spec.containers;
    const shards = variables.find(({ name }) => name === "SHARDS")?.value;
    assert.deepEqual([spec.completionMode, String(spec.completions), command.slice(0, 2)], ["Indexed", shards, ["sh", "-c"]]);
    const here = clone();
    const parts = join(here, "parts");
    mkdirSync(parts);
    for (let index = 0; index < spec.completions; index++) {
      const { code, stderr } = await sh(command[2] as string, here, { PARTS: parts, SHARDS: String(shards), JOB_COMPLETION_INDEX: String(index) });
      assert.equal(code, 0, stderr);
    }
    const merged = await json(here, ["merge", ...Array.from({ length: spec.completions }, (_, index) => join(parts, `${index}.part`))]);
    const whole = await json(clone(), ["eval", SUITE]);
    assert.deepEqual([merged.exit, merged.verdict], [1, "regression"]);
    assert.deepEqual([merged.exit, merged.verdict], [whole.exit, whole.verdict]);
  });

  it("Ray: one job a shard, and the verdict of all", async () => {
    const here = clone();
    const parts = join(here, "parts");
    mkdirSync(parts);
    const { code, stdout, stderr } = await sh(ray as string, here, { PARTS: parts });
    assert.equal(code, 1, stderr);
    assert.match(stdout, /REGRESSION/);
    assert.ok(existsSync(join(here, "verdict.md")));
  });

  it("GitHub Actions: as many shards as the matrix has, merged by the job that needs them", () => {
    const { jobs } = load(workflow as string) as { jobs: Record<"shard" | "verdict", { needs?: string; strategy?: { matrix: { shard: number[] } }; steps: { run?: string }[] }> };
    const runs = (name: "shard" | "verdict") => jobs[name].steps.map(({ run }) => run ?? "").join("\n");
    const of = /--shard "\$SHARD\/(\d+)" -o "\$SHARD\.part"/.exec(runs("shard"))?.[1];
    assert.deepEqual(jobs.shard.strategy?.matrix.shard, Array.from({ length: Number(of) }, (_, i) => i + 1));
    assert.equal(jobs.verdict.needs, "shard");
    assert.match(runs("verdict"), /merge parts\/\*\.part -o verdict\.md -o verdict\.xml -o verdict\.sarif/);
  });
});
