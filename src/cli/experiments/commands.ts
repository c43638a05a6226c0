import type { Command } from "commander";
import type { Front } from "../front.ts";

type Act = <A extends unknown[]>(action: (front: Front, ...args: A) => Promise<number>) => (...args: A) => Promise<void>;

interface Parsers {
  readonly collect: (value: string, before: string[]) => string[];
  readonly positive: (text: string) => number;
  readonly integer: (text: string) => number;
  readonly port: (text: string) => number;
}

const JSON_OPTION = ["--json", "one JSON object on stdout, messages on stderr"] as const;
const RUN = "a run's id, or the beginning of it";

/** Declares `llmops run …`, by which scripts log, and `llmops runs …`, by which people look. */
export function addExperimentCommands(program: Command, act: Act, parsers: Parsers): void {
  addRun(program, act, parsers);
  addRuns(program, act, parsers);
  program
    .command("compare")
    .description("put runs side by side: what differs, each metric with its change and interval, and a winner where one is proven")
    .argument("<runs...>", `two or more; ${RUN}`)
    .option("--baseline <run>", "what the others are compared with; the first without")
    .option("--higher <metric>", "of this metric more is better; may be given several times", parsers.collect, [])
    .option("--lower <metric>", "of this metric less is better; may be given several times", parsers.collect, [])
    .option("--all", "also what is the same in all")
    .option(...JSON_OPTION)
    .action(act(async (front, keys: string[], options: object) => (await import("./compare.ts")).compareCommand(front, keys, options)));
  program
    .command("reproduce")
    .description("make a suite's run once more from its kept files, asking everything anew, and say what differs")
    .argument("<run>", RUN)
    .option(...JSON_OPTION)
    .action(act(async (front, key: string, options: object) => (await import("./reproduce.ts")).reproduceCommand(front, key, options)));
  const mlflow = program.command("mlflow").description("runs here and in MLflow");
  mlflow
    .command("push")
    .description("bring runs to the MLflow server of llmops.yaml; what is there already is brought up to date")
    .argument("[runs...]", `without, all that have ended; ${RUN}`)
    .option("--experiment <name>", "the experiment there; else that of llmops.yaml, or the run's own")
    .option("--model <name>", "register the run as a version of this model")
    .option("--alias <name>", "point this alias of the model at it")
    .option(...JSON_OPTION)
    .action(act(async (front, keys: string[], options: object) => (await import("./sync.ts")).pushCommand(front, keys, options)));
  mlflow
    .command("pull")
    .description("bring an experiment's runs here from the MLflow server of llmops.yaml")
    .option("--experiment <name>", "its name there; else that of llmops.yaml")
    .option(...JSON_OPTION)
    .action(act(async (front, options: object) => (await import("./sync.ts")).pullCommand(front, options)));
  mlflow
    .command("serve")
    .description("answer MLflow's Python client, on this machine only: it logs runs into the store")
    .option("--port <n>", "port to listen on; 0: any that is free", parsers.port, 5000)
    .action(act(async (front, options: { port: number }) => (await import("./mlflow.ts")).mlflowCommand(front, options)));
}

function addRun(program: Command, act: Act, { collect, integer }: Parsers): void {
  const run = program.command("run").description("log an experiment's run from a script");
  run
    .command("start")
    .description("begin a run, and print its id")
    .option("--name <name>", "what people call it")
    .option("--kind <kind>", "script (the default), train or rollout")
    .option("--experiment <name>", "the group that it belongs to")
    .option("--parent <run>", "the run that it is part of")
    .option("--param <name=value>", "a parameter; may be given several times", collect, [])
    .option("--tag <name=value>", "a tag; may be given several times", collect, [])
    .option("--prompt <file>", "a prompt it uses, whose text is kept; may be given several times", collect, [])
    .option("--data <file>", "a file of data it uses, whose hash is kept; may be given several times", collect, [])
    .option(...JSON_OPTION)
    .action(act(async (front, options: object) => (await import("./log.ts")).startCommand(front, options)));
  run
    .command("log")
    .description("add metrics, parameters and tags to a run")
    .argument("<run>", RUN)
    .option("--metric <name=number>", "a metric; may be given several times", collect, [])
    .option("--param <name=value>", "a parameter, which is set once; may be given several times", collect, [])
    .option("--tag <name=value>", "a tag; may be given several times", collect, [])
    .option("--step <n>", "the step that the metrics belong to", integer)
    .option("--stdin", 'read lines such as {"metrics": {"loss": 0.31}, "step": 12}, and print how many are stored')
    .option(...JSON_OPTION)
    .action(act(async (front, key: string, options: object) => (await import("./log.ts")).logCommand(front, key, options)));
  run
    .command("artifact")
    .description("keep files of a run")
    .argument("<run>", RUN)
    .argument("<files...>", "files, and folders with all that is in them")
    .option("--path <folder>", "the folder within the run")
    .option(...JSON_OPTION)
    .action(act(async (front, key: string, files: string[], options: object) => (await import("./log.ts")).artifactCommand(front, key, files, options)));
  run
    .command("end")
    .description("say how a run ended")
    .argument("<run>", RUN)
    .option("--status <status>", "completed (the default), failed or cancelled")
    .option(...JSON_OPTION)
    .action(act(async (front, key: string, options: object) => (await import("./log.ts")).endCommand(front, key, options)));
}

function addRuns(program: Command, act: Act, { collect, positive }: Parsers): void {
  const runs = program.command("runs").description("runs in this workspace's store: of suites, and those that scripts log");
  runs
    .command("list")
    .option("--limit <n>", "at most so many", positive, 20)
    .option("--filter <filter>", "such as \"metrics.accuracy > 0.9 and params.model = 'x'\" (docs/experiments.md)")
    .option("--sort <field>", 'such as "metrics.accuracy desc"; may be given several times; newest first without', collect, [])
    .option("--archived", "those in the archive instead")
    .option(...JSON_OPTION)
    .action(act(async (front, options: object) => (await import("./list.ts")).listCommand(front, options)));
  runs
    .command("show")
    .argument("<run>", RUN)
    .option("--metric <name>", "every point of this metric: step, time, value")
    .option(...JSON_OPTION)
    .action(act(async (front, id: string, options: object) => (await import("./show.ts")).showCommand(front, id, options)));
  runs
    .command("tag")
    .description("set tags of a run, or take them away")
    .argument("<run>", RUN)
    .argument("[tags...]", "NAME=VALUE")
    .option("--remove <name>", "a tag to take away; may be given several times", collect, [])
    .option(...JSON_OPTION)
    .action(act(async (front, key: string, tags: string[], options: object) => (await import("./manage.ts")).tagCommand(front, key, tags, options)));
  runs
    .command("archive")
    .description("take runs out of lists and searches, and keep them")
    .argument("<runs...>", RUN)
    .option("--undo", "back into the lists")
    .option(...JSON_OPTION)
    .action(act(async (front, keys: string[], options: object) => (await import("./manage.ts")).archiveCommand(front, keys, options)));
  runs
    .command("delete")
    .description("delete runs with all that was logged to them")
    .argument("<runs...>", RUN)
    .option(...JSON_OPTION)
    .action(act(async (front, keys: string[], options: object) => (await import("./manage.ts")).deleteCommand(front, keys, options)));
  runs
    .command("gc")
    .description("free the space of outputs and files that no run needs any more")
    .option(...JSON_OPTION)
    .action(act(async (front, options: object) => (await import("./manage.ts")).gcCommand(front, options)));
}
