import { JudgeError } from "../model.ts";
import type { Processes } from "../../host.ts";
import type { Outcome } from "./protocol.ts";
import { PYTHON, RUBY, pythonFunction, rubyFunction } from "./wrappers.ts";

export type Language = "python" | "ruby";

/** A function to call in another language: of a file, or `main(output, context)` with a body given as code. */
export type ForeignCall = { readonly language: Language; readonly args: readonly unknown[] } & (
  | { readonly file: string; /** Of a function, or `Class.method`. */ readonly name: string }
  | { readonly code: string; readonly file?: undefined }
);

export interface Interpreters {
  /**
   * @throws {JudgeError} when the interpreter is missing, the call had to be killed, or it is too late.
   */
  interpret(call: ForeignCall): Promise<Outcome>;
  /** Kills what runs. */
  close(): void;
}

interface Runtime {
  readonly title: string;
  /** Names it goes by, the first that is found is taken. */
  readonly programs: readonly string[];
  readonly flags: readonly string[];
  readonly functionOf: (code: string) => string;
  readonly install: string;
}

const RUNTIMES: Readonly<Record<Language, Runtime>> = {
  python: { title: "Python", programs: ["python3", "python"], flags: ["-X", "utf8", "-B", "-c", PYTHON], functionOf: pythonFunction, install: "Install Python 3 (https://www.python.org/downloads/)" },
  ruby: { title: "Ruby", programs: ["ruby"], flags: ["-E", "UTF-8", "-e", RUBY], functionOf: rubyFunction, install: "Install Ruby (https://www.ruby-lang.org/en/downloads/)" },
};

/** A process each: more at once only take turns on the processors. */
const AT_ONCE = 4;
const MAX_BYTES = 10_000_000;
/** A script that hangs on every row would cost its time-out hundreds of times. */
const MAX_KILLS = 3;

/**
 * Runs Python and Ruby: a process per call, without a shell, with PATH as its only environment. The call
 * goes in by standard input and its result comes back by a copy of standard output, which the wrapper
 * has turned to standard error for everything else that prints.
 *
 * @param options.cwd folder of the suite: relative files are found from here.
 */
export function createInterpreters(processes: Processes, { cwd, timeoutMs = 30_000 }: { cwd: string; timeoutMs?: number }): Interpreters {
  const abort = new AbortController();
  const waiting: (() => void)[] = [];
  const kills = new Map<string, number>();
  let running = 0;

  async function inTurn<T>(task: () => Promise<T>): Promise<T> {
    if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  }

  async function run(call: ForeignCall): Promise<Outcome> {
    const runtime = RUNTIMES[call.language];
    const code = call.file ?? call.code;
    if ((kills.get(code) ?? 0) >= MAX_KILLS) throw new JudgeError(`${subject(call)} was killed ${MAX_KILLS} times in this run and is not tried again.`);
    const what = call.file === undefined ? { code: runtime.functionOf(call.code), name: "main" } : { file: call.file, name: call.name };
    const { timedOut, stdout, stderr, code: status } = await start(runtime, JSON.stringify({ ...what, args: call.args }));
    if (timedOut) {
      kills.set(code, (kills.get(code) ?? 0) + 1);
      throw new JudgeError(`${subject(call)} was killed after ${timeoutMs / 1000} s: it did not return. Look for an endless loop, or do less in it.`);
    }
    return outcomeOf(stdout.toString("utf8")) ?? { failed: "run", message: `no result: ${runtime.title} ended with status ${status}. ${lastLine(stderr)}`.trim() };
  }

  async function start({ title, programs, flags, install }: Runtime, input: string): ReturnType<Processes["run"]> {
    for (const program of programs) {
      try {
        return await processes.run(program, flags, { cwd, env: {}, findPrograms: true, input, timeoutMs, maxBytes: MAX_BYTES, signal: abort.signal });
      } catch (error) {
        if (abort.signal.aborted) throw stopped();
        if (!isMissing(error)) throw new JudgeError(error instanceof Error ? error.message : String(error));
      }
    }
    throw new JudgeError(`${title} is needed to judge this, and ${programs.join(" or ")} is not to be found in PATH. ${install}, then start the editor or the terminal anew.`);
  }

  return {
    interpret: (call) => inTurn(() => (abort.signal.aborted ? Promise.reject(stopped()) : run(call))),
    close: () => abort.abort(),
  };
}

function stopped(): JudgeError {
  return new JudgeError("The run was stopped before this could be judged.");
}

function subject(call: ForeignCall): string {
  return call.file === undefined ? "The script" : `${call.file}:${call.name}`;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && (error.cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT";
}

/** `undefined` when the process ended without one. */
function outcomeOf(stdout: string): Outcome | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(stdout);
  } catch {
    return undefined;
  }
  if (typeof parsed !== "object" || parsed === null) return undefined;
  const { failed, message, value } = parsed as Record<string, unknown>;
  if (failed === undefined) return { value };
  return failed === "load" || failed === "run" || failed === "return" ? { failed, message: String(message) } : undefined;
}

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1)?.slice(0, 500) ?? "";
}
