import assert from "node:assert/strict";
import { load, mistake, mistakes, valid } from "./support.ts";

const stages = (...lines: string[]) => `version: 1\npipeline:\n${lines.map((line) => `  - ${line}\n`).join("")}`;
const STEP = "steps: [{ name: s, command: c }]";

describe("llmops.yaml: pipeline", () => {
  it("reads stages with all their keys", async () => {
    const config = await valid(`version: 1
endpoints: { dev: { kind: sandbox } }
environments: { staging: { endpoint: dev, deploy: ./deploy.sh } }
pipeline:
  - { name: evaluate, trigger: on-commit, skipOn: ["docs/**"], timeout: 20m, environment: staging, ${STEP} }
  - name: nightly
    trigger: on-schedule
    schedule: 0 3 * * MON-FRI
    needs: [evaluate]
    approval: true
    steps: [{ name: build, command: make, cwd: web, env: { PORT: 80, DEBUG: true, DEPLOY_TOKEN: "\${secret:T}" }, retryCount: 2, onFailure: warn }]
`);
    assert.deepEqual(config.pipeline?.map(({ needs, approval, environment }) => ({ needs, approval, environment })), [
      { needs: [], approval: false, environment: "staging" },
      { needs: ["evaluate"], approval: true, environment: undefined },
    ]);
    assert.deepEqual(config.pipeline?.[1]?.steps[0]?.env, { PORT: "80", DEBUG: "true", DEPLOY_TOKEN: "${secret:T}" });
  });

  it("shows an unknown key of a stage and of a step where it is", async () => {
    const found = await mistakes(stages(`{ name: a, trigger: manual, need: [b], ${STEP} }`, "{ name: b, trigger: manual, steps: [{ name: s, comand: c, command: c }] }"));
    assert.deepEqual(found.map(({ code, at, marked }) => [code, at, marked]), [
      ["config-unknown-key", "3:33", "need"],
      ["config-unknown-key", "4:52", "comand"],
    ]);
    assert.match(found[0]!.message, /Did you mean "needs"/);
  });

  it("shows a circle once, at the entry that closes it", async () => {
    const found = await mistake(stages(`{ name: a, trigger: manual, needs: [c], ${STEP} }`, `{ name: b, trigger: manual, needs: [a], ${STEP} }`, `{ name: c, trigger: manual, needs: [b], ${STEP} }`));
    assert.deepEqual([found.code, found.at, found.marked], ["config-circle", "4:41", "a"]);
    assert.match(found.message, /a → c → b → a/);
    const itself = await mistake(stages(`{ name: a, trigger: manual, needs: [a], ${STEP} }`));
    assert.match(itself.message, /a → a/);
    const [environments] = await mistakes("version: 1\nendpoints: { d: { kind: sandbox } }\nenvironments:\n  x: { endpoint: d, requires: [y] }\n  y: { endpoint: d, requires: [x] }\n");
    assert.match(environments?.message ?? "", /x → y → x/);
  });

  it("does not take a diamond for a circle", async () => {
    await valid(stages(`{ name: a, trigger: manual, ${STEP} }`, `{ name: b, trigger: manual, needs: [a], ${STEP} }`, `{ name: c, trigger: manual, needs: [a], ${STEP} }`, `{ name: d, trigger: manual, needs: [b, c], ${STEP} }`));
  });

  const bad: readonly [what: string, stage: string, code: string, marked: string, message: RegExp][] = [
    ["a minute that is none", `{ name: a, trigger: on-schedule, schedule: "61 * * * *", ${STEP} }`, "config-schedule", `"61 * * * *"`, /not a cron expression \(Invalid value for minute: 61\)/],
    ["a schedule with seconds", `{ name: a, trigger: on-schedule, schedule: "* * * * * *", ${STEP} }`, "config-schedule", `"* * * * * *"`, /minute, hour, day, month and weekday/],
    ["a day that never comes", `{ name: a, trigger: on-schedule, schedule: "0 0 30 2 *", ${STEP} }`, "config-schedule", `"0 0 30 2 *"`, /never comes/],
    ["a glob that is not closed", `{ name: a, trigger: on-commit, skipOn: ["docs/{a,b"], ${STEP} }`, "config-value", `"docs/{a,b"`, /not a glob \(Missing closing: "}"\)/],
    ["a glob that leaves the folder", `{ name: a, trigger: on-data-change, data: "../x", ${STEP} }`, "config-value", `"../x"`, /stay inside/],
    ["a duration without a known unit", `{ name: a, trigger: manual, timeout: 5 fortnights, ${STEP} }`, "config-value", `5 fortnights`, /not a duration/],
    ["a duration of nothing", `{ name: a, trigger: manual, timeout: 0, ${STEP} }`, "config-value", `0`, /more than 0/],
    ["a needed stage that is not there", `{ name: a, trigger: manual, needs: [evalute], ${STEP} }`, "config-unknown-name", `evalute`, /no stage named "evalute"/],
    ["an environment that is not there", `{ name: a, trigger: manual, environment: prod, ${STEP} }`, "config-unknown-name", `prod`, /no environment named "prod"/],
    ["a schedule without its trigger", `{ name: a, trigger: manual, schedule: "0 3 * * *", ${STEP} }`, "config-value", `"0 3 * * *"`, /no effect with the trigger manual/],
    ["skipOn without commits", `{ name: a, trigger: manual, skipOn: ["docs/**"], ${STEP} }`, "config-value", `["docs/**"]`, /no effect with the trigger manual/],
    ["two steps of one name", "{ name: a, trigger: manual, steps: [{ name: s, command: c }, { name: s, command: d }] }", "config-duplicate-name", `s`, /two steps named "s"/],
    ["a name that is none", `{ name: "a/b", trigger: manual, ${STEP} }`, "config-value", `"a/b"`, /letters, digits/],
    ["a step without anything to do", "{ name: a, trigger: manual, steps: [{ name: s }] }", "config-value", `{ name: s }`, /does nothing/],
    ["a folder for what is no command", "{ name: a, trigger: manual, steps: [{ name: s, eval: e, cwd: x }] }", "config-value", `x`, /Only a step with a command has cwd/],
    ["a key in clear text", "{ name: a, trigger: manual, steps: [{ name: s, command: c, env: { API_KEY: abc } }] }", "config-value", `abc`, /Keys do not belong in files/],
    ["a variable's name that is none", "{ name: a, trigger: manual, steps: [{ name: s, command: c, env: { A-B: abc } }] }", "config-value", `A-B`, /environment variable/],
  ];
  for (const [what, stage, code, marked, message] of bad) {
    it(`shows ${what} at its place`, async () => {
      const found = await mistake(stages(stage));
      assert.deepEqual([found.severity, found.code, found.marked], ["error", code, marked]);
      assert.match(found.message, message);
    });
  }

  it("says of what cannot run yet so, at its key, and keeps the rest of the file alive", async () => {
    const text = `${stages("{ name: a, trigger: manual, steps: [{ name: s, drift: t }] }", `{ name: b, trigger: manual, runsOn: ray, ${STEP} }`)}`;
    const { config, problems } = await load(text);
    assert.ok(config);
    assert.deepEqual(problems.filter(({ message }) => /refused/.test(message)).map(({ severity, location: { range } }) => [severity, range.start.line, range.start.character]), [
      ["information", 2, 51],
      ["information", 3, 32],
    ]);
  });
});
