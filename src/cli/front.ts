import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { ProblemError, type Problem, formatProblem } from "../core/problem.ts";
import type { Host } from "../core/host.ts";
import { SuiteInvalid } from "../core/regression/evaluate.ts";
import type { Workspace } from "../core/regression/workspace.ts";
import { nodeHost, stderrLog } from "../engine/nodeHost.ts";
import { lazySandbox } from "../engine/sandbox.ts";
import { environmentSecrets } from "../engine/secrets.ts";
import { openWorkspace } from "../engine/workspace.ts";

/** The terminal: where results and messages go, and what a command needs to work. */
export interface Front {
  readonly host: Host;
  readonly cwd: string;
  readonly sandbox: () => Promise<string>;
  /** Aborted by Ctrl+C; a second one ends the process at once. */
  readonly signal: AbortSignal;
  /** Whether messages go to a terminal that can redraw a line. */
  readonly interactive: boolean;
  readonly colour: boolean;
  /** The workspace of a folder, opened once. */
  workspace(folder?: string): Promise<Workspace>;
  /** Results, to stdout. */
  print(text: string): void;
  /** Messages, to stderr. */
  say(text: string): void;
  problem(problem: Problem): void;
  fail(error: unknown, code: number): number;
  close(): Promise<void>;
}

export function openFront(): Front {
  const log = stderrLog(process.env["LLMOPS_LOG"] === "debug");
  const host = nodeHost({ entry: process.argv[1] as string, env: process.env, secrets: environmentSecrets(process.env, log), log });
  const sandbox = lazySandbox();
  const cancel = new AbortController();
  const onSignal = () => {
    if (cancel.signal.aborted) process.exit(130);
    cancel.abort(new Error("Cancelled."));
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  const opened = new Map<string, Promise<Workspace>>();
  const cwd = process.cwd();
  const colour = Boolean(process.stdout.isTTY) && !process.env["NO_COLOR"];

  return {
    host,
    cwd,
    sandbox: sandbox.url,
    signal: cancel.signal,
    interactive: Boolean(process.stderr.isTTY) && !process.env["CI"],
    colour,
    workspace(folder = cwd) {
      let workspace = opened.get(folder);
      if (!workspace) {
        workspace = openWorkspace(folder, host).then((found) => {
          if (found.store.notice) log.warn(found.store.notice);
          return found;
        });
        opened.set(folder, workspace);
      }
      return workspace;
    },
    print: (text) => void process.stdout.write(`${colour ? text : stripVTControlCharacters(text)}\n`),
    say: (text) => void process.stderr.write(`${text}\n`),
    problem: (problem) => void process.stderr.write(`${formatProblem(problem, (file) => relative(cwd, file) || file)}\n`),
    fail(error, code) {
      if (error instanceof SuiteInvalid) for (const problem of error.problems) this.problem(problem);
      else if (error instanceof ProblemError) this.problem(error.problem);
      else if (cancel.signal.aborted) {
        process.stderr.write("Cancelled. What was answered is kept: the next run goes on from there.\n");
        return 130;
      } else if (isCommander(error)) return error.exitCode === 0 ? 0 : code;
      else process.stderr.write(`${error instanceof Error ? (process.env["LLMOPS_LOG"] === "debug" ? error.stack : error.message) : String(error)}\n`);
      return code;
    },
    async close() {
      host.http.close();
      await sandbox.close();
      for (const workspace of opened.values()) await workspace.then((found) => found.store.close()).catch(() => {});
    },
  };
}

/** Commander has written its own message already. */
function isCommander(error: unknown): error is { code: string; exitCode: number } {
  return error instanceof Error && String((error as { code?: unknown }).code).startsWith("commander.");
}
