import type { Processes } from "../../host.ts";
import { JudgeError } from "../model.ts";
import { ProgramError, runProgram } from "./program.ts";
import { type InterpreterPaths, type Language, programsOf } from "./runtimes.ts";
import { createTurns } from "./turns.ts";

/** A program of the suite's that makes a text, such as a prompt. */
export interface TextCall {
  /** In PATH or from the folder, or the interpreter of a language. */
  readonly program: string | { readonly language: Language };
  readonly args: readonly string[];
  /** Default: the suite's folder. */
  readonly cwd?: string;
}

export interface Programs {
  /** What a program writes. @throws {JudgeError} when it fails, had to be killed, or it is too late. */
  write(call: TextCall): Promise<string>;
  /** Kills what runs. */
  close(): void;
}

/** A process each: more at once only take turns on the processors. */
const AT_ONCE = 4;
/** A program that hangs on every row would cost its time-out hundreds of times. */
const MAX_KILLS = 3;

/** Runs programs of a suite's with PATH as their only environment. @param options.cwd folder of the suite. */
export function createPrograms(processes: Processes, { cwd: folder, timeoutMs, paths }: { cwd: string; timeoutMs: number; paths?: InterpreterPaths }): Programs {
  const abort = new AbortController();
  const inTurn = createTurns(AT_ONCE);
  const kills = new Map<string, number>();

  async function write({ program: named, args, cwd = folder }: TextCall): Promise<string> {
    const programs = typeof named === "string" ? [named] : programsOf(named.language, paths);
    const name = `${programs[0]} ${args[0]}`;
    if ((kills.get(name) ?? 0) >= MAX_KILLS) throw new JudgeError(`${name} was killed ${MAX_KILLS} times in this run and is not tried again.`);
    for (const [index, program] of programs.entries()) {
      try {
        return await runProgram(processes, { program, args, cwd, env: {}, timeoutMs, signal: abort.signal });
      } catch (error) {
        if (abort.signal.aborted || !(error instanceof ProgramError)) throw stopped(error);
        if (error.failure === "missing" && index < programs.length - 1) continue;
        if (error.failure === "timeout") kills.set(name, (kills.get(name) ?? 0) + 1);
        throw new JudgeError(error.message);
      }
    }
    throw new JudgeError("There is no program to run.");
  }

  return { write: (call) => inTurn(() => (abort.signal.aborted ? Promise.reject(stopped()) : write(call))), close: () => abort.abort() };

  function stopped(error?: unknown): JudgeError {
    return new JudgeError(abort.signal.aborted ? "The run was stopped before this could be made." : String(error));
  }
}
