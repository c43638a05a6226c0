import { type Command, InvalidArgumentError } from "commander";
import { parseDuration } from "../../core/config/units.ts";
import type { Front } from "../front.ts";

type Act = <A extends unknown[]>(action: (front: Front, ...args: A) => Promise<number>) => (...args: A) => Promise<void>;

/** Declares `llmops alerts …`. */
export function addAlertCommands(program: Command, act: Act): void {
  const alerts = program.command("alerts").description("rules of llmops.yaml that tell somebody when a metric leaves its bounds");
  const json = ["--json", "one JSON object on stdout, messages on stderr"] as const;
  alerts
    .command("check")
    .description("measure the rules once, and send what changed; exit 1 while one fires")
    .option("--watch", "go on until Ctrl+C")
    .option("--every <duration>", "with --watch: how often (60s)", duration)
    .option(...json)
    .action(act(async (front, options: object) => (await import("./check.ts")).checkCommand(front, options)));
  alerts
    .command("list")
    .description("show every alert with its state, silences, and deliveries that failed")
    .option(...json)
    .action(act(async (front, options: object) => (await import("./look.ts")).listCommand(front, options)));
  alerts
    .command("test")
    .description("show what an alert would send, and measure its metric")
    .argument("<name>", "a rule of llmops.yaml")
    .option("--send", "also send it")
    .option(...json)
    .action(act(async (front, name: string, options: object) => (await import("./test.ts")).testCommand(front, name, options)));
  alerts
    .command("silence")
    .description("send nothing of alerts with these labels for a time")
    .argument("[labels...]", "NAME=VALUE; alertname is the rule's name")
    .option("--for <duration>", "how long (1h)", duration)
    .option("--comment <text>", "why", "")
    .option("--end <id>", "end this silence instead")
    .option(...json)
    .action(act(async (front, labels: string[], options: object) => (await import("./silence.ts")).silenceCommand(front, labels, options)));
  alerts
    .command("export")
    .description("print the rules over Prometheus as its own rule file")
    .action(act(async (front) => (await import("./look.ts")).exportCommand(front)));
}

/** → milliseconds. */
function duration(text: string): number {
  const parsed = parseDuration(text);
  if ("error" in parsed) throw new InvalidArgumentError(parsed.error);
  return parsed.value;
}
