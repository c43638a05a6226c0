import { STEP_KINDS } from "../../config/schemaPipeline.ts";
import type { StageConfig, StepConfig } from "../../config/schema.ts";
import type { Effect } from "../../store/pipeline/states.ts";
import { command } from "./command.ts";
import { evaluate } from "./evaluate.ts";
import type { Definition } from "../definition.ts";
import { promote } from "./promote.ts";
import { remote } from "./remote.ts";
import { rollout } from "./rollout.ts";
import type { StepKind } from "./stepKind.ts";
import { train } from "./train.ts";

/** The kinds that can run; the others are refused before a run begins (`cannotRun`). */
const KINDS: Partial<Record<(typeof STEP_KINDS)[number], StepKind>> = { command, eval: evaluate, train, rollout, promote };

export function kindOf(stage: Pick<StageConfig, "runsOn">, step: StepConfig): StepKind {
  if (stage.runsOn !== "local") return remote;
  const kind = STEP_KINDS.map((name) => (step[name] === undefined ? undefined : KINDS[name])).find((found) => found !== undefined);
  if (!kind) throw new Error(`The step ${step.name} cannot run yet.`);
  return kind;
}

export function effectOf(stage: Pick<StageConfig, "runsOn">, step: StepConfig, { environments }: Pick<Definition, "environments">): Effect {
  const { effect } = kindOf(stage, step);
  return typeof effect === "function" ? effect(step, environments) : effect;
}
