import type { Command } from "commander";
import type { Front } from "../front.ts";

type Act = <A extends unknown[]>(action: (front: Front, ...args: A) => Promise<number>) => (...args: A) => Promise<void>;

const JSON_OPTION = ["--json", "one JSON object on stdout, messages on stderr"] as const;
const TRAINING = "a training's id, or the beginning of it; without, the newest";

/** Declares `llmops train …`, `llmops data …` and `llmops model …`. */
export function addTrainingCommands(program: Command, act: Act, { positive }: { readonly positive: (text: string) => number }): void {
  const train = program.command("train").description("train models, and promote what is proven better");
  train
    .command("start", { isDefault: true })
    .description("check the data, train, and compare the new model with the one in use")
    .argument("[name]", "an entry of training in llmops.yaml; without, the only one")
    .option("--again", "also with data and settings that were trained with already")
    .option(...JSON_OPTION)
    .action(act(async (front, name: string | undefined, options: object) => (await import("./train.ts")).startCommand(front, name, options)));
  train
    .command("resume")
    .description("go on with trainings whose engine or terminal ended")
    .option(...JSON_OPTION)
    .action(act(async (front, options: object) => (await import("./train.ts")).resumeCommand(front, options)));
  train
    .command("list")
    .description("trainings, newest first")
    .option("--limit <n>", "at most so many", positive, 20)
    .option(...JSON_OPTION)
    .action(act(async (front, options: object) => (await import("./look.ts")).listCommand(front, options)));
  train
    .command("status")
    .alias("show")
    .description("a training with its decision and the evidence")
    .argument("[training]", TRAINING)
    .option("--log", "also what its trainer said")
    .option(...JSON_OPTION)
    .action(act(async (front, key: string | undefined, options: object) => (await import("./look.ts")).statusCommand(front, key, options)));
  train
    .command("cancel")
    .description("end a training and its job")
    .argument("[training]", TRAINING)
    .option(...JSON_OPTION)
    .action(act(async (front, key: string | undefined, options: object) => (await import("./train.ts")).cancelCommand(front, key, options)));
  train
    .command("settle")
    .description("say whether the job of a training was submitted, where that is not known")
    .argument("<training>", TRAINING)
    .requiredOption("--as <outcome>", "again: submit it, or failed")
    .option(...JSON_OPTION)
    .action(act(async (front, key: string, options: { as: string }) => (await import("./train.ts")).settleCommand(front, key, options)));

  const data = program.command("data").description("training data");
  data
    .command("check")
    .description("check training data: schema, duplicates, leakage into suites, labels, personal data, drift")
    .argument("[file]", "a JSONL or CSV file; without, the data of all trainings in llmops.yaml")
    .option(...JSON_OPTION)
    .action(act(async (front, file: string | undefined, options: object) => (await import("./data.ts")).checkCommand(front, file, options)));
  data
    .command("diff")
    .description("what changed in a data file since the version before")
    .argument("<file>")
    .option(...JSON_OPTION)
    .action(act(async (front, file: string, options: object) => (await import("./data.ts")).diffCommand(front, file, options)));
  data
    .command("unique")
    .description("write a copy without duplicate and near-duplicate rows; the file itself stays")
    .argument("<file>")
    .requiredOption("-o, --output <file>", "a new file")
    .option(...JSON_OPTION)
    .action(act(async (front, file: string, options: { output: string }) => (await import("./data.ts")).uniqueCommand(front, file, options)));

  const model = program.command("model").description("models that trainings made");
  model
    .command("list")
    .description("versions, newest first, and where each is")
    .argument("[name]", "an entry of training in llmops.yaml")
    .option(...JSON_OPTION)
    .action(act(async (front, name: string | undefined, options: object) => (await import("./models.ts")).modelListCommand(front, name, options)));
  model
    .command("card")
    .description("a model's page in Markdown: data, code, hyperparameters, evaluation, who promoted it")
    .argument("<name>", "an entry of training in llmops.yaml, or NAME@VERSION")
    .option("-o, --output <file>", "write it into a file")
    .action(act(async (front, name: string, options: object) => (await import("./models.ts")).modelCardCommand(front, name, options)));
}
