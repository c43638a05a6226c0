import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { once } from "../../harness/npmPackage.ts";
import { skipPartner } from "../../harness/partners.ts";
import { cacheDirectory } from "../../harness/paths.ts";
import { copyWorkspace, type WorkspaceCopy } from "../../harness/workspace.ts";
import { json, start } from "../../unit/cli/support.ts";
import { ROOT } from "../../unit/engine.ts";

const VERSION = "1.9.1";
const LABELS = ["access", "hardware", "network", "software"];

interface Training {
  readonly state: string;
  readonly reason?: string;
  readonly model: string;
  readonly production: string;
  readonly log: readonly string[];
  readonly decision?: { readonly rows: readonly { readonly production: number; readonly candidate: number }[] };
}

/** A Python with scikit-learn, installed once into the cache; the tests are skipped, visibly, where it cannot be had. */
function python(test: Mocha.Context): string {
  const folder = join(cacheDirectory(), `scikit-learn-${VERSION}`);
  const inside = (root: string) => join(root, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  try {
    once(folder, (temporary) => {
      execFileSync(process.platform === "win32" ? "python" : "python3", ["-m", "venv", temporary], { stdio: ["ignore", "ignore", "pipe"] });
      execFileSync(inside(temporary), ["-m", "pip", "install", "--quiet", `scikit-learn==${VERSION}`], { stdio: ["ignore", "ignore", "pipe"], timeout: 10 * 60_000 });
    });
  } catch (error) {
    return skipPartner(test, `scikit-learn ${VERSION}`, `it cannot be installed (${error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)})`);
  }
  return inside(folder);
}

describe("a training by scikit-learn", function () {
  this.timeout(15 * 60_000);
  let sample: WorkspaceCopy | undefined;
  after(() => sample?.remove());

  it("is better with more rows and not with wrong ones, by the same decision as any other", async function () {
    const program = python(this);
    sample = copyWorkspace(join(ROOT, "samples/training"));
    const { folder } = sample;
    const data = join(folder, "data/train.jsonl");
    const rows = readFileSync(data, "utf8").trim().split("\n");
    const server = start(folder, program, ["sklearn/serve.py", "0"]);
    try {
      const [, url = ""] = await server.shows(/(http:\S+\/v1)/);
      const configure = (production: string) =>
        writeFileSync(
          join(folder, "llmops.yaml"),
          `version: 1\nendpoints:\n  own: { kind: openai, baseUrl: "${url}", model: ${production} }\nsuites:\n  - { path: evals/*/promptfooconfig.yaml, endpoint: own }\n` +
            `training:\n  tickets: { kind: command, command: '"${program}" sklearn/train.py', endpoint: own, data: data/train.jsonl, suite: evals/tickets, minImprovement: 1pt, hyperparameters: { epochs: 10 } }\n`,
        );
      const train = () => json<Training>(folder, ["train", "tickets"]);

      configure("none-yet");
      writeFileSync(data, `${rows.slice(0, 16).join("\n")}\n`);
      const first = await train();
      assert.equal(first.state, "not-better", "a model that is not there answers nothing to compare with");

      configure(first.model);
      writeFileSync(data, `${rows.join("\n")}\n`);
      const better = await train();
      assert.deepEqual([better.state, better.production, better.exit], ["better", first.model, 0], better.reason);
      const [accuracy] = better.decision!.rows;
      assert.ok(accuracy!.candidate >= 0.75 && accuracy!.candidate > accuracy!.production + 0.1, JSON.stringify(accuracy));
      assert.ok(better.log.includes("120 rows, 4 labels"));

      configure(better.model);
      writeFileSync(data, `${rows.map((row) => row.replace(/"content": "(\w+)"\}\]\}$/, (_, label: string) => `"content": "${LABELS[(LABELS.indexOf(label) + 1) % 4]}"}]}`)).join("\n")}\n`);
      const wrong = await train();
      assert.deepEqual([wrong.state, wrong.exit], ["not-better", 1]);
      assert.ok(wrong.decision!.rows[0]!.candidate < 0.3, JSON.stringify(wrong.decision!.rows[0]));
    } finally {
      server.process.kill();
      await server.ended;
    }
  });
});
