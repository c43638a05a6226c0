import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { type Problem, formatProblem } from "../core/problem.ts";
import type { Host } from "../core/host.ts";
import type { Workspace } from "../core/regression/workspace.ts";
import { nodeHost, stderrLog } from "../engine/nodeHost.ts";
import { lazySandbox } from "../engine/sandbox.ts";
import { environmentSecrets } from "../engine/secrets.ts";
import { openWorkspace } from "../engine/workspace.ts";
import { EXIT } from "./exit.ts";
import { mistakesOf } from "./suites.ts";

/** `npx` and `bin/llmops.cjs` pass on a Ctrl+C that the terminal has sent to this process as well: within this time it is one. */
const ONE_KEY_PRESS_MS = 300;

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
  /** Instead of 100, where promptfoo's `PROMPTFOO_FAILED_TEST_EXIT_CODE` says so. */
  readonly casesFailedCode: number | undefined;
  /** The workspace that a folder belongs to, opened once. */
  workspace(folder?: string): Promise<Workspace>;
  /** Results, to stdout. */
  print(text: string): void;
  /** Text that is not ours, to stdout, as it is. */
  write(text: string): void;
  /** Messages, to stderr. */
  say(text: string): void;
  /** A mistake at its place; the same one of several suites is said once. */
  problem(problem: Problem): void;
  fail(error: unknown, code: number): number;
  close(): Promise<void>;
}

export function openFront(): Front {
  const log = stderrLog(process.env["LLMOPS_LOG"] === "debug");
  const host = nodeHost({ entry: process.argv[1] as string, env: process.env, secrets: environmentSecrets(process.env, log), log });
  const sandbox = lazySandbox();
  const cancel = new AbortController();
  let cancelledAt = Infinity;
  const onSignal = () => {
    const now = performance.now();
    if (now - cancelledAt > ONE_KEY_PRESS_MS) process.exit(EXIT.cancelled);
    cancelledAt = Math.min(cancelledAt, now);
    cancel.abort(new Error("Cancelled."));
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  process.stdout.on("error", onLostOutput);
  const byFolder = new Map<string, Promise<Workspace>>();
  const byRoot = new Map<string, Workspace>();
  const told = new Set<string>();
  const cwd = process.cwd();
  const colour = Boolean(process.stdout.isTTY) && !process.env["NO_COLOR"];

  const front: Front = {
    host,
    cwd,
    sandbox: async () => sandbox.url(await front.workspace()),
    signal: cancel.signal,
    interactive: Boolean(process.stderr.isTTY) && !process.env["CI"],
    colour,
    casesFailedCode: exitCodeOf(process.env["PROMPTFOO_FAILED_TEST_EXIT_CODE"]),
    workspace(folder = cwd) {
      let workspace = byFolder.get(folder);
      if (!workspace) {
        workspace = openWorkspace(folder, host).then((opened) => {
          const known = byRoot.get(opened.root);
          if (known) {
            opened.store.close();
            return known;
          }
          byRoot.set(opened.root, opened);
          if (opened.store.notice) log.warn(opened.store.notice);
          return opened;
        });
        byFolder.set(folder, workspace);
      }
      return workspace;
    },
    print: (text) => void process.stdout.write(`${colour ? text : stripVTControlCharacters(text)}\n`),
    write: (text) => void process.stdout.write(text),
    say: (text) => void process.stderr.write(`${text}\n`),
    problem(problem) {
      const text = formatProblem(problem, (file) => relative(cwd, file) || file);
      if (told.has(text)) return;
      told.add(text);
      this.say(text);
    },
    fail(error, code) {
      if (cancel.signal.aborted) {
        this.say("Cancelled. What was answered is kept: the next run goes on from there.");
        return EXIT.cancelled;
      }
      const mistakes = mistakesOf(error);
      if (mistakes) for (const problem of mistakes) this.problem(problem);
      else if (isCommander(error)) return error.exitCode === 0 ? 0 : code;
      else this.say(`${error instanceof Error ? (process.env["LLMOPS_LOG"] === "debug" ? error.stack : error.message) : String(error)}`);
      return code;
    },
    async close() {
      host.http.close();
      await sandbox.close();
      for (const { store } of byRoot.values()) store.close();
    },
  };
  return front;
}

/** A reader that has seen enough (`| head`) does not end a run: its verdict is in the exit code and in the store. */
function onLostOutput(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") return;
  process.stderr.write(`The results cannot be written (${error.code ?? error.message}).\n`);
  process.exit(EXIT.error);
}

/** Commander has written its own message already. */
function isCommander(error: unknown): error is { code: string; exitCode: number } {
  return error instanceof Error && String((error as { code?: unknown }).code).startsWith("commander.");
}

function exitCodeOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,3}$/.test(text.trim()) && Number(text) <= 255 ? Number(text) : undefined;
}
