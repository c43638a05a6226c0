import type { Command } from "commander";
import type { Front } from "../front.ts";

type Act = <A extends unknown[]>(action: (front: Front, ...args: A) => Promise<number>) => (...args: A) => Promise<void>;

interface Parsers {
  readonly collect: (value: string, before: string[]) => string[];
  readonly positive: (text: string) => number;
}

/** Declares `llmops pipeline …`, and what belongs to it. */
export function addPipelineCommands(program: Command, act: Act, { collect, positive }: Parsers): void {
  const pipeline = program.command("pipeline").description("stages from a commit to production, as llmops.yaml defines them");
  const json = ["--json", "one JSON object on stdout, messages on stderr"] as const;
  const run = "a run's id, or the beginning of it";

  pipeline
    .command("run")
    .description("run the stages of a trigger, and wait for their end")
    .option("--trigger <trigger>", "on-commit (the default), on-schedule, on-data-change or manual")
    .option("--commit <rev>", "the commit to run for; HEAD without")
    .option("--stage <name>", "only this stage; may be given several times", collect, [])
    .option("--again", "a new run, though there is one of the same commit and stages")
    .option(...json)
    .action(act(async (front, options: object) => (await import("./run.ts")).runCommand(front, options)));
  pipeline
    .command("resume")
    .description("go on with runs that a crash cut off")
    .option(...json)
    .action(act(async (front, options: object) => (await import("./run.ts")).resumeCommand(front, options)));
  pipeline
    .command("list")
    .description("runs, newest first")
    .option("--limit <n>", "at most so many", positive, 20)
    .option(...json)
    .action(act(async (front, options: object) => (await import("./look.ts")).listCommand(front, options)));
  pipeline
    .command("status")
    .alias("show")
    .description("a run with its stages, steps and attempts")
    .argument("[run]", `${run}; without, the newest`)
    .option(...json)
    .action(act(async (front, key: string | undefined, options: object) => (await import("./look.ts")).showCommand(front, key, options)));
  pipeline
    .command("logs")
    .description("what the steps of a run wrote")
    .argument("<run>", run)
    .argument("[stage/step]", "a stage, or a step of one")
    .action(act(async (front, key: string, what: string | undefined) => (await import("./look.ts")).logsCommand(front, key, what)));
  pipeline
    .command("cancel")
    .description("end a run and all its processes")
    .argument("<run>", run)
    .option(...json)
    .action(act(async (front, key: string, options: object) => (await import("./decide.ts")).cancelCommand(front, key, options)));
  for (const [name, description] of [["approve", "approve a stage that waits, and go on"], ["reject", "reject a stage that waits"]] as const) {
    pipeline
      .command(name)
      .description(description)
      .argument("<run>", run)
      .argument("[stage]", "without, the only one that waits")
      .option("--comment <text>", "kept with your name and the time")
      .option(...json)
      .action(act(async (front, key: string, stage: string | undefined, options: object) => (await import("./decide.ts"))[`${name}Command`](front, key, stage, options)));
  }
  pipeline
    .command("settle")
    .description("say how a step ended that a crash cut off and that must not run twice")
    .argument("<run>", run)
    .argument("[stage]", "without, the only one that is unknown")
    .requiredOption("--as <outcome>", "passed, failed, or again: start it once more")
    .option(...json)
    .action(act(async (front, key: string, stage: string | undefined, options: { as: string }) => (await import("./decide.ts")).settleCommand(front, key, stage, options)));
  pipeline
    .command("validate")
    .description("check llmops.yaml without running anything")
    .option(...json)
    .action(act(async (front, options: object) => (await import("./look.ts")).validateCommand(front, options)));

  program
    .command("promote")
    .description("bring a version into an environment that it has earned")
    .argument("<environment>")
    .option("--commit <rev>", "the version; HEAD without")
    .option("--model <name>", "a trained model goes there as well: the newest better one of this entry of training, or NAME@VERSION")
    .option("--undo", "back to the version that was there before")
    .option(...json)
    .action(act(async (front, environment: string, options: object) => (await import("./promote.ts")).promoteCommand(front, environment, options)));
  program
    .command("environments")
    .description("what is deployed where, since when, by whom")
    .option(...json)
    .action(act(async (front, options: object) => (await import("./promote.ts")).environmentsCommand(front, options)));

  program
    .command("ci")
    .description("continuous integration")
    .command("init")
    .description("write a workflow that runs the on-commit stages, or what stages hand over to GitHub Actions")
    .argument("<system>", "github, gitlab or github-jobs")
    .option("--package <spec>", "what npm installs the engine from: name@version, a URL, or a tarball in this repository")
    .option("--force", "overwrite the file that is there")
    .option(...json)
    .action(act(async (front, system: string, options: object) => (await import("../ci/init.ts")).ciInitCommand(front, system, options)));
  program
    .command("hooks")
    .description("git hooks")
    .command("install")
    .description("run the on-commit stages before every push")
    .option(...json)
    .action(act(async (front, options: object) => (await import("./hooks.ts")).installHook(front, options)));
}
