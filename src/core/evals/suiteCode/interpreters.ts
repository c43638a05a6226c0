import { clearImmediate, setImmediate } from "node:timers";
import { dirname } from "node:path";
import { JudgeError } from "../model.ts";
import type { Processes } from "../../host.ts";
import type { Outcome } from "./protocol.ts";
import { type InterpreterPaths, type Language, programsOf, RUNTIMES } from "./runtimes.ts";

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

/** Processes: more at once only take turns on the processors. */
const AT_ONCE = 4;
/** Calls that a process answers: it starts in 30 to 300 ms, and a small script takes less. */
const BATCH = 50;
const MAX_BYTES = 10_000_000;
/** A script that hangs on every row would cost its time-out hundreds of times. */
const MAX_KILLS = 3;

interface Job {
  readonly call: ForeignCall;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: JudgeError) => void;
  /** A process that it was the next in has ended without it: it runs by itself, so that the culprit is found. */
  alone: boolean;
}

/**
 * Runs Python and Ruby without a shell, with PATH as their only environment. Calls go in by standard input, as many as
 * wait, and their results come back one by one by a copy of standard output, which the wrapper has turned to standard
 * error for everything else that prints. Where a process ends or hangs, what it has not answered runs again: code of a
 * suite must bear being run twice.
 *
 * @param options.cwd folder of the suite: relative files are found from here.
 */
export function createInterpreters(processes: Processes, { cwd, timeoutMs = 30_000, paths }: { cwd: string; timeoutMs?: number; paths?: InterpreterPaths }): Interpreters {
  const abort = new AbortController();
  const queue: Job[] = [];
  const kills = new Map<string, number>();
  let running = 0;
  let scheduled: NodeJS.Immediate | undefined;

  /** Calls of the same tick travel together. */
  function schedule(): void {
    scheduled ??= setImmediate(() => {
      scheduled = undefined;
      while (running < AT_ONCE && queue.length > 0) void work(nextBatch());
    });
  }

  function nextBatch(): Job[] {
    const [head] = queue as [Job];
    const most = head.alone ? 1 : Math.min(BATCH, Math.ceil(queue.length / (AT_ONCE - running)));
    const batch = queue.filter((job) => job === head || (!job.alone && sharesModules(job.call, head.call))).slice(0, most);
    const taken = new Set(batch);
    queue.splice(0, queue.length, ...queue.filter((job) => !taken.has(job)));
    return batch;
  }

  async function work(jobs: readonly Job[]): Promise<void> {
    running++;
    const hopeful = jobs.filter(({ call, reject }) => {
      const hopeless = (kills.get(codeOf(call)) ?? 0) >= MAX_KILLS;
      if (hopeless) reject(new JudgeError(`${subject(call)} was killed ${MAX_KILLS} times in this run and is not tried again.`));
      return !hopeless;
    });
    if (hopeful.length > 0) await runBatch(hopeful);
    running--;
    schedule();
  }

  async function runBatch(jobs: readonly Job[]): Promise<void> {
    const [first] = jobs as [Job];
    let ended: Awaited<ReturnType<Processes["run"]>>;
    try {
      ended = await start(first.call.language, jobs.map(({ call }, id) => `${JSON.stringify(requestOf(id, call))}\n`).join(""));
    } catch (error) {
      const stop = error instanceof JudgeError || jobs.length === 1;
      for (const job of jobs) if (stop) job.reject(asJudgeError(error));
      if (!stop) again(jobs);
      return;
    }
    const outcomes = outcomesOf(ended.stdout.toString("utf8"));
    for (const [index, job] of jobs.entries()) if (outcomes[index]) job.resolve(outcomes[index]);
    const open = jobs.slice(outcomes.length);
    if (open.length === 0) return;
    if (jobs.length > 1) again(open);
    else blame(first, ended);
  }

  function again(jobs: readonly Job[]): void {
    (jobs[0] as Job).alone = true;
    queue.unshift(...jobs);
  }

  function blame({ call, resolve, reject }: Job, { timedOut, code, stderr }: Awaited<ReturnType<Processes["run"]>>): void {
    if (!timedOut) return resolve({ failed: "run", message: `no result: ${RUNTIMES[call.language].title} ended with status ${code}. ${lastLine(stderr)}`.trim() });
    kills.set(codeOf(call), (kills.get(codeOf(call)) ?? 0) + 1);
    reject(new JudgeError(`${subject(call)} was killed after ${timeoutMs / 1000} s: it did not return. Look for an endless loop, or do less in it.`));
  }

  async function start(language: Language, input: string): ReturnType<Processes["run"]> {
    const { title, flags, install } = RUNTIMES[language];
    const programs = programsOf(language, paths);
    for (const program of programs) {
      try {
        return await processes.run(program, flags, { cwd, env: {}, findPrograms: true, input, timeoutMs, maxBytes: MAX_BYTES, signal: abort.signal });
      } catch (error) {
        if (abort.signal.aborted) throw stopped();
        if (!isMissing(error)) throw error;
      }
    }
    throw new JudgeError(`${title} is needed here, and ${programs.join(" or ")} is not to be found in PATH. ${install}, then start the editor or the terminal anew.`);
  }

  return {
    interpret(call) {
      if (abort.signal.aborted) return Promise.reject(stopped());
      return new Promise((resolve, reject) => {
        queue.push({ call, resolve, reject, alone: false });
        schedule();
      });
    },
    close() {
      abort.abort();
      clearImmediate(scheduled);
      for (const { reject } of queue.splice(0)) reject(stopped());
    },
  };
}

/** A call as the wrapper takes it. */
export function requestOf(id: number, call: ForeignCall): object {
  const what = call.file === undefined ? { code: RUNTIMES[call.language].functionOf(call.code), name: "main" } : { file: call.file, name: call.name };
  return { id, ...what, args: call.args };
}

/** A module that scripts of two folders import by one name is another one in each. */
function sharesModules(a: ForeignCall, b: ForeignCall): boolean {
  return a.language === b.language && folderOf(a) === folderOf(b);
}

function folderOf({ file }: ForeignCall): string | undefined {
  return file === undefined ? undefined : dirname(file);
}

function codeOf(call: ForeignCall): string {
  return call.file ?? call.code;
}

function asJudgeError(error: unknown): JudgeError {
  return error instanceof JudgeError ? error : new JudgeError(error instanceof Error ? error.message : String(error));
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

/** A line each, in the order of the calls; as far as the process came. */
function outcomesOf(stdout: string): Outcome[] {
  const outcomes: Outcome[] = [];
  for (const line of stdout.split("\n")) {
    const outcome = outcomeIn(parsed(line));
    if (!outcome) break;
    outcomes.push(outcome);
  }
  return outcomes;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** What a wrapper says of a call. */
export function outcomeIn(said: unknown): Outcome | undefined {
  if (typeof said !== "object" || said === null) return undefined;
  const { failed, message, value } = said as Record<string, unknown>;
  if (failed === undefined) return { value };
  return failed === "load" || failed === "run" || failed === "return" ? { failed, message: String(message) } : undefined;
}

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1)?.slice(0, 500) ?? "";
}
