import { DEFAULT_STEPS } from "../../core/config/schemaRollouts.ts";
import { type Simulated, simulate } from "../../core/rollouts/simulate/simulate.ts";
import { scenarioOf } from "../../core/rollouts/simulate/scenario.ts";
import { formatValue } from "../../core/regression/words.ts";
import { EXIT } from "../exit.ts";
import type { Front } from "../front.ts";
import { UsageError } from "../usage.ts";

export interface SimulateOptions {
  traffic: number;
  baselineError: number;
  canaryError: number;
  baselineP95?: number;
  canaryP95?: number;
  ratio: number;
  detect: number;
  metrics: number;
  alpha: number;
  beta: number;
  steps?: number[];
  sims: number;
  seed: number;
  json?: boolean;
}

const STEP_MS = 30 * 60_000;
const MAX_STEP_MS = 24 * 3_600_000;

/** What a rollout would do at some traffic and fault, by the code that decides real ones. */
export async function simulateCommand(front: Front, options: SimulateOptions): Promise<number> {
  const { traffic, baselineError, canaryError, baselineP95, canaryP95, metrics, ratio, detect, alpha, beta, steps = DEFAULT_STEPS, sims, seed } = options;
  if ((baselineP95 === undefined) !== (canaryP95 === undefined)) throw new UsageError("Give --baseline-p95 and --canary-p95 together.");
  if (detect <= 1) throw new UsageError("--detect takes a ratio above 1.");
  const rules = { ratio, detect, alpha, beta, steps, stepMs: STEP_MS, maxStepMs: MAX_STEP_MS, minRequests: 20 };
  const result = simulate(scenarioOf({ traffic, baselineError, canaryError, baselineP95, canaryP95, metrics, rules, holdback: 0.05 }), sims, seed);
  front.print(options.json ? JSON.stringify(result) : words(result, options));
  return EXIT.ok;
}

function words({ rolledBack, promoted, held, medianCanaryRequests, medianMinutes, p90Minutes, stepMinutes }: Simulated, { traffic, baselineError, canaryError, sims }: SimulateOptions): string {
  const rate = (value: number) => formatValue(value, "rate");
  const lines = [
    `${sims} rollouts at ${traffic} requests a minute, errors: stable ${rate(baselineError)}, canary ${rate(canaryError)}`,
    `  rolled back  ${rate(rolledBack)}${medianCanaryRequests === null ? "" : `, after ${Math.round(medianCanaryRequests)} requests of the canary (median)`}`,
    `  promoted     ${rate(promoted)}${medianMinutes === null ? "" : `, after ${Math.round(medianMinutes)} min (median; 90 % within ${Math.round(p90Minutes!)}); steps ${stepMinutes.map((minutes) => Math.round(minutes!)).join(", ")} min`}`,
    `  undecided    ${rate(held)}: a step reached 24 h and waits for a person`,
  ];
  return lines.join("\n");
}
