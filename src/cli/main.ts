import { Command, CommanderError, InvalidArgumentError } from "commander";
import { addAlertCommands } from "./alerts/commands.ts";
import { BaselineNotFound } from "../core/regression/baseline/resolve.ts";
import { EXIT } from "./exit.ts";
import { addExperimentCommands } from "./experiments/commands.ts";
import { type Front, openFront } from "./front.ts";
import { addPipelineCommands } from "./pipeline/commands.ts";
import { addPlaybookCommands } from "./playbook/commands.ts";
import { addRolloutCommands } from "./rollout/commands.ts";
import { mistakesOf } from "./suites.ts";
import { addTraceCommands } from "./traces/commands.ts";
import { addTrainingCommands } from "./training/commands.ts";
import { UsageError } from "./usage.ts";

declare const LLMOPS_VERSION: string;

/** Runs one command line and returns its exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  let code: number = EXIT.ok;
  const front = openFront();
  const act =
    <A extends unknown[]>(action: (front: Front, ...args: A) => Promise<number>) =>
    async (...args: A) => {
      code = await action(front, ...args);
    };

  const program = new Command("llmops")
    .description("CI/CD for prompts and models: judges a prompt's change against its baseline, with the evidence.")
    .version(LLMOPS_VERSION, "-V, --version")
    .showHelpAfterError("(llmops --help shows how)")
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text) });

  program
    .command("eval")
    .description("run suites and compare them with their baseline")
    .argument("[suites...]", "suite files or folders; without any, all suites below this folder")
    .option("-c, --config <file>", "a suite file", collect, [])
    .option("-j, --concurrency <n>", "calls in flight at most", positive)
    .option("--repeat <k>", "runs of each case", positive)
    .option("--no-cache", "ask the endpoint again for everything")
    .option("--filter <text>", "only cases whose description, id or variables contain this text")
    .option("--baseline <ref|file>", "compare with this commit or baseline file")
    .option("--max-calls <n>", "calls to remote endpoints at most", count)
    .option("--max-cost <usd>", "USD at most, where prices are known", amount)
    .option("--fail-on <verdict>", "inconclusive: exit 1 also when the evidence is thin", inconclusive)
    .option("--first <n>", "only the first cases", positive)
    .option("--failing", "only cases that did not pass in the last run")
    .option("--changed", "only suites that differ from their baseline, or whose affects do")
    .option("--endpoint <name>", "an endpoint of llmops.yaml to ask instead")
    .option("--resume", "go on from a run that was cut off, however old its answers are")
    .option("--shard <i/n>", "only a share of the cases; write it with -o NAME.part for llmops merge", shard)
    .option("-o, --output <file>", "write the results into a file: .json (promptfoo's), .xml (JUnit), .sarif, .md, .html, .csv, .part; may be given several times", collect, [])
    .option("--json", "one JSON object on stdout, messages on stderr")
    .action(act(async (front, suites: string[], options: object) => (await import("./eval.ts")).evalCommand(front, suites, options)));

  program
    .command("merge")
    .description("judge the shards of a suite as the one run that they are")
    .argument("<parts...>", "files that llmops eval --shard i/n -o NAME.part wrote, one a shard")
    .option("-o, --output <file>", "write the results into a file, as eval does", collect, [])
    .option("--fail-on <verdict>", "inconclusive: exit 1 also when the evidence is thin", inconclusive)
    .option("--json", "one JSON object on stdout, as eval prints it")
    .action(act(async (front, parts: string[], options: object) => (await import("./merge.ts")).mergeCommand(front, parts, options)));

  const baseline = program.command("baseline").description("the version that changes are compared with");
  baseline
    .command("show")
    .description("say which baseline each suite has, and how it was found")
    .argument("[suites...]")
    .option("--json", "one JSON object on stdout")
    .action(act(async (front, suites: string[], options: object) => (await import("./baseline.ts")).showBaseline(front, suites, options)));
  baseline
    .command("accept")
    .description("make the current version the baseline, in llmops.baseline.json")
    .argument("[suites...]")
    .option("--json", "one JSON object on stdout")
    .action(act(async (front, suites: string[], options: object) => (await import("./baseline.ts")).acceptBaselines(front, suites, options)));

  program
    .command("bisect")
    .description("find the change of a prompt, or the commit, that broke a suite's cases")
    .argument("<suite>", "a suite's file, or a folder with one suite")
    .option("--good <ref>", "search commits: one whose cases passed")
    .option("--bad <ref>", "search commits: one whose cases fail (HEAD)")
    .option("--repeat <k>", "runs of each broken case in an evaluation (3)", positive)
    .option("--evaluations <n>", "evaluations of the broken cases at most (12)", positive)
    .option("--baseline <ref|file>", "compare with this commit or baseline file")
    .option("--max-calls <n>", "calls to remote endpoints at most", count)
    .option("--max-cost <usd>", "USD at most for an evaluation, where prices are known", amount)
    .option("--json", "one JSON object on stdout, messages on stderr")
    .action(act(async (front, suite: string, options: object) => (await import("./bisect.ts")).bisectCommand(front, suite, options)));

  program
    .command("mutants")
    .description("damage a prompt in small ways, and see which of them its suite notices")
    .argument("<suite>", "a suite's file, or a folder with one suite")
    .option("--prompt <label>", "which of the suite's prompts; the first by default")
    .option("--repeat <k>", "runs of each case", positive)
    .option("--max-calls <n>", "calls to remote endpoints at most", count)
    .option("--max-cost <usd>", "USD at most for a mutant, where prices are known", amount)
    .option("--json", "one JSON object on stdout, messages on stderr")
    .action(act(async (front, suite: string, options: object) => (await import("./mutants.ts")).mutantsCommand(front, suite, options)));

  addExperimentCommands(program, act, { collect, positive, integer, port });

  program
    .command("judge")
    .description("judges: models that grade outputs")
    .command("calibrate")
    .description("compare a judge with a person's labels: agreement, Cohen's kappa, and where they disagree")
    .argument("<file>", "labelled outputs: JSONL or CSV with output, rubric or assertion, label (pass or fail), and maybe score, prompt and variables")
    .option("--endpoint <name>", "an endpoint of llmops.yaml to judge")
    .option("-j, --concurrency <n>", "calls in flight at most", positive)
    .option("--no-cache", "ask the judge again for everything")
    .option("--max-calls <n>", "calls to remote endpoints at most", count)
    .option("--max-cost <usd>", "USD at most, where prices are known", amount)
    .option("--json", "one JSON object on stdout")
    .action(act(async (front, file: string, options: object) => (await import("./judge.ts")).calibrateCommand(front, file, options)));

  program
    .command("init")
    .description("write a llmops.yaml for the suites of this folder")
    .option("--json", "one JSON object on stdout")
    .action(act(async (front, options: object) => (await import("./init.ts")).initCommand(front, options)));

  program
    .command("import")
    .description("bring in an eval of OpenAI Evals, a folder of GitHub's .prompt.yml, or promptfoo's results")
    .argument("<from>", "a registry file (.yaml), a folder, or results (.json)")
    .option("-o, --output <folder>", "where an eval's suite is written")
    .option("--eval <name>", "which eval of the registry file")
    .option("--data <folder>", "where the registry's samples are")
    .option("--suite <path>", "the suite that results are listed under")
    .option("--force", "overwrite files that are there")
    .option("--json", "one JSON object on stdout")
    .action(act(async (front, from: string, options: object) => (await import("./import.ts")).importCommand(front, from, options)));

  addPipelineCommands(program, act, { collect, positive });
  addRolloutCommands(program, act, { positive, integer });
  addTrainingCommands(program, act, { positive });
  addAlertCommands(program, act);
  addPlaybookCommands(program, act, { collect });
  addTraceCommands(program, act, { collect, positive, port });

  program
    .command("job", { hidden: true })
    .description("what a stage's job on another machine runs")
    .option("--results <file>", "write the parts of evals there, instead of into the log")
    .action(act(async (front, options: object) => (await import("./job.ts")).jobCommand(front, options)));

  program
    .command("sandbox")
    .description("serve the sandbox: an OpenAI-compatible endpoint whose answers depend on the prompt")
    .option("--port <n>", "port to listen on; 0: any that is free", port, 0)
    .option("--latency <ms>", "time an answer takes", count, 0)
    .action(act(async (front, options: object) => (await import("./sandbox.ts")).sandboxCommand(front, options)));

  program
    .command("doctor")
    .description("check the set-up: Node, git, store, suites, endpoints")
    .option("--json", "one JSON object on stdout")
    .action(act(async (front, options: object) => (await import("./doctor.ts")).doctorCommand(front, options)));

  program
    .command("mcp")
    .description("serve agents by the Model Context Protocol: they may run and explain, not accept, deploy or spend more than a save may")
    .option("--stdio", "over stdin and stdout")
    .action(act(async (front) => (await import("./mcp/serve.ts")).mcpCommand(front)));

  program
    .command("lsp")
    .description("serve editors by the language server protocol")
    .option("--stdio", "over stdin and stdout");

  try {
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    return front.fail(error, isUsage(error) ? EXIT.usage : EXIT.error);
  } finally {
    await front.close();
  }
}

function isUsage(error: unknown): boolean {
  return error instanceof CommanderError || error instanceof UsageError || error instanceof BaselineNotFound || mistakesOf(error) !== undefined;
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("It takes a whole number from 1 on.");
  return value;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError("It takes a whole number from 0 on.");
  return value;
}

function integer(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(value)) throw new InvalidArgumentError("It takes a whole number.");
  return value;
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new InvalidArgumentError("It takes a port: a whole number up to 65535.");
  return value;
}

function amount(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError("It takes an amount in USD, such as 0.50.");
  return value;
}

function shard(text: string): { index: number; of: number } {
  const [, index = 0, of = 0] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (index < 1 || index > of) throw new InvalidArgumentError("It takes a share such as 2/4: the second of four.");
  return { index, of };
}

function inconclusive(text: string): string {
  if (text !== "inconclusive") throw new InvalidArgumentError('Only "inconclusive" can be named here.');
  return text;
}
