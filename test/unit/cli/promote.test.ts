import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { commitAll } from "../engine.ts";
import { pipelineYaml } from "../pipeline/support.ts";
import { folderWith, json, llmops, sideBySide, write } from "./support.ts";

const ENVIRONMENTS = `endpoints: { dev: { kind: sandbox, model: sandbox-small }, prod: { kind: sandbox, model: sandbox-large } }
environments:
  staging: { endpoint: dev, requires: [evaluate], deploy: 'echo "$LLMOPS_ENVIRONMENT $LLMOPS_COMMIT $LLMOPS_PREVIOUS_COMMIT" >> deployed' }
  production: { endpoint: prod, requires: [evaluate, staging], approval: true, deploy: 'echo "$LLMOPS_ENVIRONMENT $LLMOPS_COMMIT $LLMOPS_PREVIOUS_COMMIT" >> deployed' }
`;
const STAGES = [
  "{ name: evaluate, trigger: on-commit, steps: [{ name: check, command: test ! -e broken }] }",
  "{ name: stage it, trigger: on-commit, needs: [evaluate], steps: [{ name: promote, promote: staging }] }",
  "{ name: release, trigger: on-commit, needs: [stage it], steps: [{ name: promote, promote: production }] }",
];

interface Environments {
  readonly environments: readonly { readonly name: string; readonly current?: { readonly commit: string; readonly by: string; readonly model: string } }[];
}
interface Run {
  readonly runId: string;
  readonly state: string;
  readonly stages: readonly { readonly name: string; readonly state: string; readonly steps: readonly { readonly state: string; readonly reason?: string }[] }[];
}

describe("llmops promote", function () {
  this.timeout(60_000);
  const test = sideBySide();
  const repository = () => {
    const folder = folderWith({ "llmops.yaml": pipelineYaml(STAGES, ENVIRONMENTS), "prompt.txt": "1" });
    const git = commitAll(folder);
    git("config", "user.name", "Ann");
    git("config", "user.email", "ann@example.invalid");
    return { folder, git, head: () => git("rev-parse", "HEAD").trim() };
  };
  const held = async (folder: string) => Object.fromEntries((await json<Environments>(folder, ["environments"])).environments.map(({ name, current }) => [name, current?.commit]));

  test("a version goes through the environments: by itself into staging, with approval into production, and back", async () => {
    const { folder, git, head } = repository();
    const first = head();
    const waiting = await json<Run>(folder, ["pipeline", "run"]);
    assert.deepEqual(waiting.stages.map(({ name, state }) => `${name} ${state}`), ["evaluate passed", "stage it passed", "release waiting"], "approval of the environment is the stage's");
    assert.deepEqual(await held(folder), { staging: first, production: undefined });
    const released = await json<Run>(folder, ["pipeline", "approve", waiting.runId]);
    assert.deepEqual([released.exit, released.stages[2]?.steps[0]?.reason], [0, `${first.slice(0, 7)} is in production.`]);
    const { environments } = await json<Environments>(folder, ["environments"]);
    assert.deepEqual(environments.map(({ name, current }) => [name, current?.commit, current?.by, current?.model]), [
      ["staging", first, "Ann <ann@example.invalid>", "sandbox-small"],
      ["production", first, "Ann <ann@example.invalid>", "sandbox-large"],
    ]);

    write(folder, { "prompt.txt": "2" });
    git("commit", "-qam", "Second");
    const second = head();
    const next = await json<Run>(folder, ["pipeline", "run"]);
    await json<Run>(folder, ["pipeline", "approve", next.runId]);
    assert.deepEqual(await held(folder), { staging: second, production: second });
    const undo = await json<Run>(folder, ["promote", "production", "--undo"]);
    assert.deepEqual([undo.exit, undo.state], [3, "waiting"]);
    const undone = await json<Run>(folder, ["pipeline", "approve", undo.runId]);
    assert.deepEqual([undone.exit, undone.stages[0]?.steps[0]?.reason], [0, `${first.slice(0, 7)} is in production, in the place of ${second.slice(0, 7)}.`]);
    assert.deepEqual(await held(folder), { staging: second, production: first });
    assert.deepEqual(readFileSync(join(folder, "deployed"), "utf8").trim().split(/ *\n/), [
      `staging ${first}`,
      `production ${first}`,
      `staging ${second} ${first}`,
      `production ${second} ${first}`,
      `production ${first} ${second}`,
    ]);
  });

  test("refuses what has not passed where it must, and says what is missing", async () => {
    const { folder, git } = repository();
    const promote = async (...args: string[]) => {
      const { exit, stages } = await json<Run>(folder, ["promote", ...args]);
      return `${exit} ${stages[0]?.steps[0]?.reason}`;
    };
    assert.match(await promote("staging"), /^1 staging requires evaluate, which [0-9a-f]{7} has not run\.$/);
    const run = await json<Run>(folder, ["promote", "production"]);
    assert.equal(run.exit, 3);
    const approved = await json<Run>(folder, ["pipeline", "approve", run.runId]);
    assert.deepEqual([approved.exit, /^production requires evaluate/.test(approved.stages[0]?.steps[0]?.reason ?? "")], [1, true], "an approval does not replace what is required");
    write(folder, { broken: "" });
    await json<Run>(folder, ["pipeline", "run", "--stage", "evaluate"]);
    assert.match(await promote("staging"), /^1 staging requires evaluate, which [0-9a-f]{7} did not pass\.$/);
    assert.deepEqual(await held(folder), { staging: undefined, production: undefined });
    assert.equal(git("status", "--short").includes("deployed"), false);
  });

  test("says what is not there: an environment, a commit, a version to go back to", async () => {
    const { folder } = repository();
    const says = async (...args: string[]) => {
      const { code, stderr } = await llmops(folder, ["promote", ...args]);
      return `${code} ${stderr.trim()}`;
    };
    assert.match(await says("stagin"), /^2 There is no environment named "stagin" at [0-9a-f]{7}\. Did you mean "staging"/);
    assert.match(await says("staging", "--commit", "nothing"), /^2 There is no commit "nothing" here/);
    assert.match(await says("staging", "--undo"), /^2 There is nothing to go back to/);
  });

  test("keeps what is there when a deployment fails", async () => {
    const { folder, git, head } = repository();
    const first = head();
    await json<Run>(folder, ["pipeline", "run", "--stage", "evaluate", "--stage", "stage it"]);
    write(folder, { "llmops.yaml": pipelineYaml(STAGES, ENVIRONMENTS.replace(">> deployed", ">> deployed; exit 7")) });
    git("commit", "-qam", "A deployment that fails");
    const failed = await json<Run>(folder, ["pipeline", "run", "--stage", "evaluate", "--stage", "stage it"]);
    assert.deepEqual([failed.exit, failed.stages[1]?.steps[0]?.reason], [1, "Exit code 7."]);
    assert.equal((await held(folder))["staging"], first);
  });
});
