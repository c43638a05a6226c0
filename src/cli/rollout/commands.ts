import { type Command, InvalidArgumentError } from "commander";
import type { Front } from "../front.ts";
import type { SimulateOptions } from "./simulate.ts";

type Act = <A extends unknown[]>(action: (front: Front, ...args: A) => Promise<number>) => (...args: A) => Promise<void>;

/** Declares `llmops rollout …`. */
export function addRolloutCommands(program: Command, act: Act, { positive, integer }: { readonly positive: (text: string) => number; readonly integer: (text: string) => number }): void {
  const rollout = program.command("rollout").description("canary rollouts that decide on valid statistics, as llmops.yaml defines them");
  const json = ["--json", "one JSON object on stdout, messages on stderr"] as const;

  rollout
    .command("simulate")
    .description("what a rollout would do at some traffic: how often it is rolled back, and how long it takes")
    .requiredOption("--traffic <n>", "requests a minute, both versions together", amount)
    .requiredOption("--baseline-error <p>", "error rate of the stable version: 0.01 or 1%", rate)
    .requiredOption("--canary-error <p>", "error rate of the canary", rate)
    .option("--baseline-p95 <ms>", "latency of the stable version; judged as a second metric", amount)
    .option("--canary-p95 <ms>", "latency of the canary", amount)
    .option("--ratio <r>", "tolerated ratio of the error rates", amount, 1.1)
    .option("--detect <r>", "ratio that must be found", amount, 2)
    .option("--metrics <n>", "metrics like the error rate, all but the first without a fault", positive, 1)
    .option("--alpha <p>", "chance that a healthy version is rolled back, at most", chance, 0.05)
    .option("--beta <p>", "chance that a bad version passes a step, at most", chance, 0.2)
    .option("--steps <list>", "weights in percent: 5,10,25,50,100", weights)
    .option("--sims <n>", "rollouts to simulate", positive, 1000)
    .option("--seed <n>", "the same seed gives the same result", integer, 1)
    .option(...json)
    .action(act(async (front, options: SimulateOptions) => (await import("./simulate.ts")).simulateCommand(front, options)));
}

function amount(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError("It takes a number above 0.");
  return value;
}

function rate(text: string): number {
  const value = text.endsWith("%") ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 1)) throw new InvalidArgumentError("It takes a rate such as 0.01 or 1%.");
  return value;
}

function chance(text: string): number {
  const value = rate(text);
  if (value === 0 || value === 1) throw new InvalidArgumentError("It takes a chance between 0 and 1.");
  return value;
}

function weights(text: string): number[] {
  const values = text.split(",").map(Number);
  if (values.some((weight, index) => !(weight > (values[index - 1] ?? 0) && weight <= 100))) throw new InvalidArgumentError("It takes rising weights in percent, such as 5,10,25,50,100.");
  return values;
}
