import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { copyWorkspace } from "../../harness/workspace.ts";
import { json } from "../../unit/cli/support.ts";
import { ROOT } from "../../unit/engine.ts";
import { rayCluster } from "./cluster.ts";

const SCRIPT = `import json, os
rows = [json.loads(line) for line in open(os.environ["LLMOPS_DATA"], encoding="utf-8")]
print(len(rows), "rows", flush=True)
for step in (1, 2, 3):
    print(json.dumps({"metrics": {"loss": 1 / step}, "step": step}), flush=True)
with open(os.environ["LLMOPS_RESULT"], "w") as file:
    json.dump({"model": "sandbox-large"}, file)
    file.write("\\n")
`;

describe("a training on a real Ray cluster", function () {
  this.timeout(15 * 60_000);

  it("takes its data there, and its model is compared here", async function () {
    const cluster = await rayCluster(this);
    const sample = copyWorkspace(join(ROOT, "samples/training"));
    try {
      const config = join(sample.folder, "llmops.yaml");
      writeFileSync(join(sample.folder, "train.py"), SCRIPT);
      writeFileSync(config, readFileSync(config, "utf8").replace("kind: openai-finetune", "kind: ray\n    command: python train.py\n    files: [train.py]").replace("pipeline:", `runners: { ray: { address: "${cluster.address}" } }\npipeline:`));
      const training = await json<{ state: string; reason?: string; model: string; job: string; log: string[] }>(sample.folder, ["train", "tickets"]);
      assert.deepEqual([training.state, training.model, training.exit], ["not-better", "sandbox-large", 1], training.reason);
      assert.match(training.job, /^llmops-/);
      assert.ok(training.log.includes("120 rows"), training.log.join("\n"));
    } finally {
      sample.remove();
      await cluster.stop();
    }
  });
});
