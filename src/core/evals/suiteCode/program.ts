import { stripVTControlCharacters } from "node:util";
import type { Processes } from "../../host.ts";

const MAX_BYTES = 10_000_000;

/** How a program came to no output. `timeout`: it was killed; `missing`, `not-executable`: it cannot be started at all. */
export type ProgramFailure = "missing" | "not-executable" | "timeout" | "failed";

export class ProgramError extends Error {
  readonly failure: ProgramFailure;
  constructor(failure: ProgramFailure, message: string) {
    super(message);
    this.name = "ProgramError";
    this.failure = failure;
  }
}

export interface ProgramCall {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** All of its environment, beside what programs are found by. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Runs a program of a suite's, without a shell, and gives what it wrote, trimmed and without colours. As in promptfoo
 * complaints do not matter as long as there is an output.
 * @throws {ProgramError} when there is none; an abort is rethrown.
 */
export async function runProgram(processes: Processes, { program, args, cwd, env, timeoutMs, signal }: ProgramCall): Promise<string> {
  let ended: Awaited<ReturnType<Processes["run"]>>;
  try {
    ended = await processes.run(program, args, { cwd, env: { ...env }, findPrograms: true, wholeTree: true, timeoutMs, maxBytes: MAX_BYTES, signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw notRun(program, error);
  }
  if (ended.timedOut) throw new ProgramError("timeout", `${program} was killed after ${timeoutMs / 1000} s: it did not end`);
  const output = plain(ended.stdout.toString("utf8"));
  const complaint = lastLine(plain(ended.stderr));
  if (ended.code !== 0) throw new ProgramError("failed", `${program} ended ${ended.code === null ? "by a signal" : `with status ${ended.code}`}${complaint === "" ? "." : `: ${complaint}`}`);
  if (output === "" && complaint !== "") throw new ProgramError("failed", `${program} wrote no output, and to standard error: ${complaint}`);
  return output;
}

/** A command parted at blanks; what stands in quotes is one part. No shell reads it: `|`, `$X` and `*` have no meaning. */
export function commandParts(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|'([^']*)'|[^\s"']+/g)].map(([whole, double, single]) => double ?? single ?? whole);
}

function notRun(program: string, error: unknown): ProgramError {
  const { code, cause, message } = error as NodeJS.ErrnoException & { cause?: NodeJS.ErrnoException };
  switch (code ?? cause?.code) {
    case "ENOENT":
      return new ProgramError("missing", `${program} is not to be found: not in PATH, nor from the suite's folder.`);
    case "EACCES":
      return new ProgramError("not-executable", `${program} may not be started. Make it executable (chmod +x), or name its interpreter: exec: python3 ${program}.`);
    case "E2BIG":
    case "ENAMETOOLONG":
      return new ProgramError("failed", `The prompt and the variables are too long for the arguments of a program (${program}).`);
    default:
      return new ProgramError("failed", message);
  }
}

const plain = (text: string) => stripVTControlCharacters(text.trim());
const lastLine = (text: string) => text.split("\n").at(-1)!.slice(0, 500);
