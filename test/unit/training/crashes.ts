import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { driveTraining } from "../../../src/core/training/run/drive.ts";
import { pointsOf } from "../../../src/core/store/experiments/log.ts";
import { findTracked, type TrackedRun } from "../../../src/core/store/experiments/runs.ts";
import { trainingLog } from "../../../src/core/store/training/trainings.ts";
import { start } from "../store/support.ts";
import { TrainingBench } from "./support.ts";

/** Cases of the suite: two models are compared once for each crash. */
const FEW_CASES = 6;

/** A script that leaves a line each time it begins. */
const COMMAND = "echo begun >> begun.txt; sleep 0.3; echo '{\"model\": \"sandbox-large\"}' > $LLMOPS_RESULT; echo ended";

/** A small training, by OpenAI's protocol or by a command. */
export async function smallBench(kind: "openai-finetune" | "command"): Promise<TrainingBench> {
  const bench = await TrainingBench.of();
  const tests = join(bench.folder, "evals/tickets/tests.csv");
  writeFileSync(tests, `${readFileSync(tests, "utf8").split("\n").slice(0, FEW_CASES + 1).join("\n")}\n`);
  bench.configure((text) => text.replace("minImprovement: 1pt", "minImprovement: 1pt\n    hyperparameters: { n_epochs: 1 }"));
  if (kind === "command") bench.configure((text) => text.replace("kind: openai-finetune", () => `kind: command\n    command: '${COMMAND.replaceAll("'", "''")}'`));
  return bench;
}

/**
 * Kills the engine of a training at a moment, goes on with it, and checks that nothing was lost or done twice.
 * `false`: that moment does not come any more.
 */
export async function killedAt(kind: "openai-finetune" | "command", when: "before" | "after", at: string, sandbox: string): Promise<boolean> {
  const bench = await smallBench(kind);
  const { store } = bench.workspace;
  try {
    const key = await bench.start();
    const killed = await start("../training/driver.ts", [bench.folder, key, sandbox, when, at]).ended;
    if (killed.code === 0) return false;
    assert.equal(killed.signal, "SIGKILL");
    const training = (await driveTraining({ workspace: bench.workspace, sandbox: () => Promise.resolve(sandbox) }, key, new AbortController().signal))!;
    const words = `killed ${when} ${at}: ${JSON.stringify({ ...training, definition: undefined, decision: undefined })}`;
    assert.ok(training.state === "better" || training.state === "not-better", words);
    if (kind === "command") assert.equal(readFileSync(join(bench.folder, "begun.txt"), "utf8"), "begun\n", words);
    else {
      assert.equal(await jobsOf(sandbox, key), 1, words);
      assert.equal(pointsOf(store, (findTracked(store, key) as TrackedRun).id, "train_loss").length, 1, words);
    }
    // What the engine says of itself may be said again.
    const lines = trainingLog(store, training).map(({ line }) => line).filter((line) => !/must improve|does not answer|answers again/.test(line));
    assert.equal(new Set(lines).size, lines.length, `nothing is kept twice; ${words}\n${lines.join("\n")}`);
    return true;
  } finally {
    await bench.close();
  }
}

async function jobsOf(sandbox: string, key: string): Promise<number> {
  const { data } = (await (await fetch(`${sandbox}/fine_tuning/jobs?limit=1000`)).json()) as { data: { metadata: { llmops_key: string } }[] };
  return data.filter(({ metadata }) => metadata.llmops_key === key).length;
}
