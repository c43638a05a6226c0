import { defaultGates } from "../../config/gates.ts";
import { evaluateSuite } from "../../regression/evaluate.ts";
import { readVersion } from "../../regression/workspace.ts";
import type { TrainingContext } from "../context.ts";
import { suiteOf, type TrainingDefinition } from "../definition.ts";
import { type Decision, decide } from "./decide.ts";
import { type Plan, planDecision } from "./plan.ts";
import { slicesOf } from "./slices.ts";

/** What the decision on a training will be made by, before anything is spent. @throws {NothingToTrain} without a suite. */
export async function planOf({ workspace }: Pick<TrainingContext, "workspace">, { config }: TrainingDefinition): Promise<Plan> {
  const { suite, settings } = await readVersion(workspace, workspace.disk, await suiteOf(workspace, config), { endpoint: config.endpoint });
  const cases = suite.cases.length;
  return planDecision(config, settings.gates ?? defaultGates(cases), cases, config.repeat ?? settings.repeat ?? suite.options.repeat ?? 1);
}

/**
 * Asks both models the same cases, interleaved in time, and decides by the plan.
 * @throws as `evaluateSuite` does.
 */
export async function compareModels(
  { workspace, sandbox, mayCall }: TrainingContext,
  definition: TrainingDefinition,
  models: { readonly candidate: string; readonly production: string | undefined },
  { signal, onStart, onProgress }: { readonly signal: AbortSignal; readonly onStart: (run: string) => void; readonly onProgress: (done: number, total: number) => void },
): Promise<Decision> {
  const { config } = definition;
  const plan = await planOf({ workspace }, definition);
  const file = await suiteOf(workspace, config);
  const { report, series, judgement } = await evaluateSuite(workspace, { file, trigger: "train", endpoint: config.endpoint, models, repeat: config.repeat, signal, sandbox, mayCall, onStart, onProgress });
  const slices = (await Promise.all(series.map((one) => slicesOf(one, judgement.repeats)))).flat();
  const tolerances = new Map(judgement.gates.flatMap(({ metric, tolerance }) => (tolerance ? [[metric, tolerance] as const] : [])));
  return decide({ report, plan, minImprovement: config.minImprovement, tolerances, slices, ...models });
}

