import assert from "node:assert/strict";
import { join } from "node:path";
import { matchesAny, onSaveBudget, suiteSettings } from "../../../src/core/config/settings.ts";
import { ROOT, valid } from "./support.ts";

const CONFIG = `version: 1
endpoints: { dev: { kind: sandbox }, other: { kind: sandbox } }
suites:
  - { path: evals/special/promptfooconfig.yaml, endpoint: other, gate: {} }
  - path: ./evals/*
    endpoint: dev
    repeat: 3
    gate: { accuracy: { tolerance: 1pt } }
    affects: [src/**]
  - path: prompts/**/*.prompt.yml
`;

describe("settings of a suite", () => {
  it("come from the first entry that matches", async () => {
    const config = await valid(CONFIG);
    const settings = (path: string) => suiteSettings(config, ROOT, join(ROOT, path));
    assert.deepEqual(settings("evals/special/promptfooconfig.yaml"), { endpoint: "other", repeat: undefined, gates: [], affects: [], entry: 0 });
    assert.deepEqual(settings("evals/support/promptfooconfig.yaml"), {
      endpoint: "dev",
      repeat: 3,
      gates: [{ metric: "accuracy", direction: "higher", tolerance: { points: 1 } }],
      affects: ["src/**"],
      entry: 1,
    });
    assert.equal(settings("evals/support/promptfooconfig.de.yaml").entry, 1, "a folder stands for its suites");
    assert.equal(settings("prompts/a/b.prompt.yml").entry, 2);
    assert.deepEqual(settings("elsewhere/promptfooconfig.yaml"), { endpoint: undefined, repeat: undefined, gates: undefined, affects: [], entry: undefined });
    assert.equal(settings("old/evals/support/promptfooconfig.yaml").entry, undefined, "a glob is anchored at the root");
  });

  it("have defaults without a configuration", () => {
    assert.equal(suiteSettings(undefined, ROOT, join(ROOT, "promptfooconfig.yaml")).gates, undefined);
    assert.deepEqual(onSaveBudget(undefined), { maxCalls: 200, maxCost: 0.5 });
  });

  it("match globs, not parts of names", () => {
    assert.ok(matchesAny(["docs/**"], "docs/a/b.md"));
    assert.ok(!matchesAny(["docs/**"], "src/docs-generator.ts"));
    assert.ok(matchesAny(["**/*.md"], ".github/x.md"));
    assert.ok(!matchesAny([], "x"));
  });
});
