import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Bisection } from "../../../src/core/regression/bisect/bisect.ts";
import type { CommitBisection } from "../../../src/core/regression/bisect/commits.ts";
import { sampleFolder, withoutRefunds } from "../engine.ts";
import { llmops } from "./support.ts";

const SUITE = "evals/support/promptfooconfig.yaml";

/** The sample's prompt with some harmless changes around the one that removes a category's examples. */
function withHarmless(prompt: string): string {
  return withoutRefunds(prompt)
    .replace("You sort the messages that customers write to an online shop.", "You sort the messages that customers send to an online shop.")
    .replace("Examples:", "Some examples:")
    .replace("-> account\n\n", "-> account\n\n\n")
    .concat("\n");
}

describe("llmops bisect", function () {
  this.timeout(60_000);

  it("names the change of a prompt that broke cases, with its evidence, and a second time from what is stored", async () => {
    const sample = sampleFolder();
    try {
      const prompt = join(sample.folder, "prompts/triage.txt");
      const original = readFileSync(prompt, "utf8");
      writeFileSync(prompt, withHarmless(original));
      const { code, stdout, stderr } = await llmops(sample.folder, ["bisect", SUITE, "--json"]);
      assert.equal(code, 0, stderr);
      const found = JSON.parse(stdout) as Bisection;
      assert.equal(found.outcome, "found");
      assert.equal(found.changes.length, 5);
      const [culprit, ...others] = found.culprits;
      assert.deepEqual(others, []);
      assert.deepEqual(culprit?.changes.map(({ kind }) => kind), ["removed"]);
      assert.ok(culprit.p < 0.01 && culprit.without > culprit.before, JSON.stringify(culprit));
      assert.match(culprit.fixed, /-> refund/);
      assert.match(culprit.fixed, /customers send/);
      assert.ok((found.search?.evaluations ?? 9) <= 6);

      const text = await llmops(sample.folder, ["bisect", SUITE]);
      assert.match(text.stdout, /prompts\/triage\.txt:\d+.* lines removed after “.+” did it: without this change \d+ of \d+ runs pass instead of \d+ \(p /);
      assert.match(text.stderr, /Evaluation 1: \d+ cases × 3, with 0 of 5 changes/);
    } finally {
      sample.remove();
    }
  });

  it("says when nothing broke, when the prompt is the same, and what it cannot do", async () => {
    const sample = sampleFolder();
    try {
      assert.match((await llmops(sample.folder, ["bisect", SUITE])).stdout, /no case broke against baseline/);
      const wrong = await llmops(sample.folder, ["bisect", SUITE, "--good", "nowhere"]);
      assert.deepEqual([wrong.code, wrong.stderr.trim()], [3, 'There is no commit "nowhere" here.']);
      assert.equal((await llmops(sample.folder, ["bisect", SUITE, "--bad", "HEAD"])).code, 2);
    } finally {
      sample.remove();
    }
  });

  it("finds the first bad commit", async () => {
    const sample = sampleFolder();
    try {
      const prompt = join(sample.folder, "prompts/triage.txt");
      const original = readFileSync(prompt, "utf8");
      for (let commit = 1; commit <= 4; commit++) {
        writeFileSync(prompt, `${commit >= 3 ? withoutRefunds(original) : original}${"\n".repeat(commit)}`);
        sample.git("commit", "-qam", `Change ${commit}`);
      }
      const { code, stdout, stderr } = await llmops(sample.folder, ["bisect", SUITE, "--good", "HEAD~4", "--json"]);
      assert.equal(code, 0, stderr);
      const found = JSON.parse(stdout) as CommitBisection;
      assert.deepEqual([found.outcome, found.culprits.map(({ subject }) => subject), found.commits, found.evaluations], ["found", ["Change 3"], 4, 4]);
    } finally {
      sample.remove();
    }
  });
});
