import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { listPipelineRuns } from "../../src/core/store/pipeline/records.ts";
import { createPipelineRun } from "../../src/core/store/pipeline/transitions.ts";
import { temporaryFolder } from "../unit/store/support.ts";
import { Bench, pipelineYaml } from "../unit/pipeline/support.ts";
import { median, ms, type Row, wholeProcess } from "./measure.ts";

const ENGINE = resolve(import.meta.dirname, "../../dist/engine.js");
const STEPS = 100;
const RUNS = 5000;
const LINES = 1_000_000;

/** A large definition, what a step costs beside its process, a log at full speed, a long history. */
export async function pipelineRows(): Promise<Row[]> {
  const large = temporaryFolder();
  const step = (index: number) => `{ name: s${index}, command: "echo ${index}", timeout: 5m, retryCount: 2, onFailure: warn }`;
  const stage = (index: number) => `{ name: stage${index}, trigger: on-commit, needs: [${index > 0 ? `stage${index - 1}` : ""}], skipOn: ["docs/**", "**/*.md"], steps: [${Array.from({ length: 10 }, (_, at) => step(at)).join(", ")}] }`;
  writeFileSync(join(large, "llmops.yaml"), pipelineYaml(Array.from({ length: 100 }, (_, index) => stage(index))));
  const small = temporaryFolder();
  writeFileSync(join(small, "llmops.yaml"), pipelineYaml([stage(0)]));
  const validate = (cwd: string) => wholeProcess({ file: process.execPath, args: [ENGINE, "pipeline", "validate"], cwd });
  const [one, hundred] = [await validate(small), await validate(large)];

  const bare = median(Array.from({ length: STEPS }, () => timed(() => execFileSync("/bin/sh", ["-c", "true"], { stdio: ["ignore", "pipe", "pipe"] }))));
  const steps = await Bench.of([`{ name: a, trigger: manual, steps: [${Array.from({ length: STEPS }, (_, index) => `{ name: s${index}, command: "true" }`).join(", ")}] }`]);
  const run = await steps.run();
  const perStep = (run.endedAt! - run.startedAt!) / STEPS;
  steps.close();

  const noisy = await Bench.of([`{ name: a, trigger: manual, steps: [{ name: s, command: "yes 'a line of a log, as long as many are' | head -n ${LINES}" }] }`]);
  const cpu = process.cpuUsage();
  await noisy.run();
  const used = process.cpuUsage(cpu);
  const perSecond = ((used.user + used.system) / 1e6 / LINES) * 100_000;
  noisy.close();

  const history = await Bench.of([]);
  const { store } = history.workspace;
  for (let index = 0; index < RUNS; index++) createPipelineRun(store, { key: randomUUID(), trigger: "manual", triggerKey: String(index), commit: undefined, definition: "{}", startedBy: undefined, at: index, stages: [] });
  const page = median(Array.from({ length: 20 }, () => timed(() => JSON.stringify(listPipelineRuns(store, { limit: 101 })))));
  history.close();
  return [
    { what: "llmops pipeline validate, 100 stages of 10 steps", value: ms(hundred), peer: `one stage ${ms(one)}`, limit: "300 ms more", ratio: (hundred - one) / 300 },
    { what: "a step of the pipeline, from intent to its end stored", value: `${perStep.toFixed(1)} ms`, peer: `the bare process ${bare.toFixed(1)} ms`, limit: "15 ms more", ratio: (perStep - bare) / 15 },
    { what: "a step that writes 100,000 lines a second: masked and stored", value: `${Math.round(perSecond * 100)} % of a processor`, peer: "–", limit: "50 %", ratio: perSecond / 0.5 },
    { what: `a page of 100 of ${RUNS} runs, read from the store`, value: `${page.toFixed(1)} ms`, peer: "–", limit: "100 ms", ratio: page / 100 },
  ];
}

function timed(work: () => unknown): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}
