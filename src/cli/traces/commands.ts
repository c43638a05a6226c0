import { type Command, InvalidArgumentError } from "commander";
import { parseDuration } from "../../core/config/units.ts";
import type { Front } from "../front.ts";

type Act = <A extends unknown[]>(action: (front: Front, ...args: A) => Promise<number>) => (...args: A) => Promise<void>;

interface Parsers {
  readonly collect: (value: string, before: string[]) => string[];
  readonly positive: (text: string) => number;
  readonly port: (text: string) => number;
}

/** Declares `llmops traces …`. */
export function addTraceCommands(program: Command, act: Act, { collect, positive, port }: Parsers): void {
  const traces = program.command("traces").description("what applications really asked and got: spans of OpenTelemetry, kept on this machine");
  const json = ["--json", "one JSON object on stdout, messages on stderr"] as const;
  traces
    .command("receive")
    .description("take spans by OTLP over HTTP, on this machine only")
    .option("--port <n>", "port to listen on; 0: any that is free", port, 4318)
    .action(act(async (front, options: { port: number }) => (await import("./receive.ts")).receiveCommand(front, options)));
  traces
    .command("pull")
    .description("take spans from OTLP JSON")
    .option("--file <file>", "a file of one request, or of one a line")
    .option("--stdin", "the same, from standard input")
    .option(...json)
    .action(act(async (front, options: object) => (await import("./pull.ts")).pullCommand(front, options)));
  traces
    .command("list")
    .description("show calls of models, the newest first")
    .option("--all", "spans of every kind")
    .option("--failed", "only failed ones")
    .option("--model <name>", "only of this model")
    .option("--name <text>", "only whose name contains this text")
    .option("--since <duration>", "only of the last 30m, 24h, 7d", ago)
    .option("-n, --limit <n>", "so many at most (20)", positive)
    .option(...json)
    .action(act(async (front, options: object) => (await import("./look.ts")).listCommand(front, options)));
  traces
    .command("show")
    .description("show a trace: its spans over time, messages, tokens and errors")
    .argument("<trace>", "the id of a trace or of one of its spans, or the beginning of it")
    .option(...json)
    .action(act(async (front, id: string, options: object) => (await import("./look.ts")).showCommand(front, id, options)));
  traces
    .command("add-to-suite")
    .description("make a call a case of a suite")
    .argument("<span>", "a span's id, or the beginning of it")
    .requiredOption("--suite <path>", "a suite's file, or a folder with one suite")
    .option("--expected <text>", "the right answer; what the model answered without it")
    .option("--var <name=value>", "a variable's value, instead of what the call gives; may be given several times", collect, [])
    .option(...json)
    .action(act(async (front, id: string, options: { suite: string }) => (await import("./addToSuite.ts")).addToSuiteCommand(front, id, options)));
}

/** → milliseconds. */
function ago(text: string): number {
  const parsed = parseDuration(text);
  if ("error" in parsed) throw new InvalidArgumentError(parsed.error);
  return parsed.value;
}
