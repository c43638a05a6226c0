import { type Command, InvalidArgumentError } from "commander";
import type { Front } from "../front.ts";
import type { SimulateOptions } from "./simulate.ts";

type Act = <A extends unknown[]>(action: (front: Front, ...args: A) => Promise<number>) => (...args: A) => Promise<void>;

/** Declares `llmops rollout …`. */
export function addRolloutCommands(program: Command, act: Act, { positive, integer }: { readonly positive: (text: string) => number; readonly integer: (text: string) => number }): void {
  const rollout = program.command("rollout").description("canary rollouts that decide on valid statistics, as llmops.yaml defines them");
  const json = ["--json", "one JSON object on stdout, messages on stderr"] as const;

  const which = "an id, the beginning of one, or a name; without, the one that is open";

  rollout
    .command("plan")
    .description("what a rollout would do, how long it would take, and whether it could begin now; changes nothing")
    .argument("<name>", "of an entry in rollouts")
    .argument("[version]", "what is rolled out, as you call it")
    .option(...json)
    .action(act(async (front, name: string, version: string | undefined, options: object) => (await import("./act.ts")).planCommand(front, name, version, options)));
  rollout
    .command("start")
    .description("start a rollout, which goes on when this command, or the editor, ends")
    .argument("<name>", "of an entry in rollouts")
    .argument("[version]", "what is rolled out, as you call it")
    .option("--wait", "follow it: exit 0 promoted, 1 rolled back, 3 waits for a person")
    .option(...json)
    .action(act(async (front, name: string, version: string | undefined, options: object) => (await import("./act.ts")).startCommand(front, name, version, options)));
  rollout
    .command("status")
    .description("what a rollout does, why, and what it did")
    .argument("[rollout]", which)
    .option(...json)
    .action(act(async (front, key: string | undefined, options: object) => (await import("./look.ts")).statusCommand(front, key, options)));
  rollout
    .command("watch")
    .description("say every poll, until the rollout ends or waits for a person")
    .argument("[rollout]", which)
    .option(...json)
    .action(act(async (front, key: string | undefined, options: object) => (await import("./look.ts")).watchCommand(front, key, options)));
  for (const [kind, description] of [["pause", "stay at this weight; a breach is rolled back all the same"], ["resume", "go on"], ["promote", "give the new version all traffic now, undecided"], ["abort", "roll back now"]] as const) {
    rollout
      .command(kind)
      .description(description)
      .argument("[rollout]", which)
      .option(...json)
      .action(act(async (front, key: string | undefined, options: object) => (await import("./act.ts")).requestCommand(front, kind, key, options)));
  }
  rollout
    .command("history")
    .description("rollouts, newest first")
    .argument("[name]", "only those of this entry")
    .option("--limit <n>", "at most so many", positive, 20)
    .option(...json)
    .action(act(async (front, name: string | undefined, options: { limit: number }) => (await import("./look.ts")).historyCommand(front, name, options)));
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
