import type { Command } from "commander";
import type { Front } from "../front.ts";

type Act = <A extends unknown[]>(action: (front: Front, ...args: A) => Promise<number>) => (...args: A) => Promise<void>;

/** Declares `llmops playbook …`. */
export function addPlaybookCommands(program: Command, act: Act, { collect }: { readonly collect: (value: string, before: string[]) => string[] }): void {
  const playbook = program.command("playbook").description("Markdown whose fenced blocks are steps, as Runme reads it");
  const json = ["--json", "one JSON object on stdout, messages on stderr"] as const;
  playbook
    .command("list")
    .description("show the playbooks in the folder playbooks, with their steps")
    .option(...json)
    .action(act(async (front, options: object) => (await import("./look.ts")).listCommand(front, options)));
  playbook
    .command("run")
    .description("run a playbook's steps; before one that may change something a person is asked")
    .argument("<file>", "a Markdown file")
    .option("--step <name>", "only this step; may be given several times", collect, [])
    .option("--alert <name>", "the alert it is for: LLMOPS_ALERT of the steps")
    .option("--yes", "agree to every step")
    .option(...json)
    .action(act(async (front, file: string, options: object) => (await import("./run.ts")).runCommand(front, file, options)));
  playbook
    .command("timeline")
    .description("show executions, or what happened in one")
    .argument("[execution]", "its id, or the beginning of it")
    .option(...json)
    .action(act(async (front, id: string | undefined, options: object) => (await import("./look.ts")).timelineCommand(front, id, options)));
}
