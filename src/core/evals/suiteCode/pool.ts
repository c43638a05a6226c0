import { clearImmediate, clearTimeout, setImmediate, setTimeout } from "node:timers";
import type { ChildChannel, Processes } from "../../host.ts";
import { JudgeError } from "../model.ts";
import { blame, codeOf, subjectOf } from "./blame.ts";
import { createInterpreters, type Interpreters } from "./interpreters.ts";
import { createPrograms, type Programs } from "./programs.ts";
import type { Call, FromChild, Outcome, ToChild } from "./protocol.ts";
import type { CodeService } from "./service.ts";
import { serve, type ServeOptions, type ServiceCall } from "./services.ts";
import type { InterpreterPaths } from "./runtimes.ts";

/** Evaluates a suite's own code in child processes that can be killed: JavaScript in a pool, other languages by their interpreters. */
export interface SuiteCode extends Pick<Interpreters, "interpret">, Pick<Programs, "write"> {
  /**
   * @throws {JudgeError} when the call had to be killed (time, memory) or the pool is closed.
   */
  call(call: Call): Promise<Outcome>;
  /** A process of its own for code that answers as a model does; it is closed with the rest. */
  serve(options: ServeOptions): CodeService<ServiceCall>;
  /** Kills the children; calls under way are rejected. */
  close(): void;
}

export interface SuiteCodeOptions {
  /** Folder of the suite: relative files and modules are found from here. */
  readonly cwd: string;
  readonly poolSize?: number;
  /** Milliseconds that a single call may take. */
  readonly timeoutMs?: number;
  /** Likewise with the start of an interpreter and the modules that its script imports. */
  readonly interpreterTimeoutMs?: number;
  readonly interpreters?: InterpreterPaths;
  readonly maxOldSpaceMb?: number;
}

interface Job {
  readonly call: Call;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: JudgeError) => void;
  /** It was in a batch whose child died: it runs by itself, so that the culprit is found. */
  alone: boolean;
}

interface Worker {
  channel: ChildChannel | undefined;
  readonly batch: Map<number, Job>;
  timer: NodeJS.Timeout | undefined;
  timedOut: boolean;
  /** No call has run in this child yet, so nothing else can have broken it. */
  fresh: boolean;
}

const BATCH = 50;
const START_MS = 30_000;
/** promptfoo's own limit of programs that make prompts. */
const PROGRAM_MS = 60_000;
/** A script that hangs on every row would cost its time-out hundreds of times. */
const MAX_KILLS = 10;

/**
 * A pool of child processes, started when first needed. A worker thread would not do: its limits do
 * not hold, and running out of memory there ends the whole engine.
 *
 * Calls travel in batches. When a child dies or hangs, its unanswered calls run again one by one in
 * new children, and only the call that kills one of those is blamed: code of a suite must bear being
 * run twice. A pool serves one run, since modules stay loaded as they first were.
 */
export function createSuiteCode(processes: Processes, options: SuiteCodeOptions): SuiteCode {
  const { cwd, poolSize = 2, timeoutMs = 5000, maxOldSpaceMb = 256 } = options;
  const workers = Array.from({ length: poolSize }, (): Worker => ({ channel: undefined, batch: new Map(), timer: undefined, timedOut: false, fresh: true }));
  const queue: Job[] = [];
  /** How often a script, file or pattern has had to be killed. */
  const kills = new Map<string, number>();
  const interpreters = createInterpreters(processes, { cwd, timeoutMs: options.interpreterTimeoutMs, paths: options.interpreters });
  const programs = createPrograms(processes, { cwd, timeoutMs: options.interpreterTimeoutMs ?? PROGRAM_MS, paths: options.interpreters });
  const services: CodeService<ServiceCall>[] = [];
  let nextId = 0;
  let scheduled: NodeJS.Immediate | undefined;
  let closed = false;

  /** Calls of the same tick travel together. */
  function schedule(): void {
    scheduled ??= setImmediate(() => {
      scheduled = undefined;
      dispatch();
    });
  }

  function dispatch(): void {
    if (kills.size > 0) giveUp();
    const idle = workers.filter((worker) => worker.batch.size === 0);
    const size = Math.min(BATCH, Math.ceil(queue.length / Math.max(1, idle.length)));
    for (const worker of idle) {
      const head = queue[0];
      if (!head) return;
      let count = 1;
      while (!head.alone && count < size && queue[count] && !queue[count]!.alone) count++;
      for (const job of queue.splice(0, count)) worker.batch.set(nextId++, job);
      send(worker);
    }
  }

  function giveUp(): void {
    const hopeless = (job: Job) => (kills.get(codeOf(job.call)) ?? 0) >= MAX_KILLS;
    const given = queue.filter(hopeless);
    queue.splice(0, queue.length, ...queue.filter((job) => !hopeless(job)));
    for (const { call, reject } of given) reject(new JudgeError(`${subjectOf(call)} was killed ${MAX_KILLS} times in this run and is not tried again.`));
  }

  function send(worker: Worker): void {
    const starting = worker.channel === undefined;
    const channel = (worker.channel ??= start(worker));
    const message: ToChild = [...worker.batch].map(([id, { call }]) => ({ id, call }));
    watch(worker, starting ? START_MS : timeoutMs);
    try {
      channel.send(message);
    } catch (error) {
      for (const job of takeBatch(worker)) job.reject(new JudgeError(`The variables cannot be handed to suite code: ${String(error)}`));
      schedule();
    }
  }

  function start(worker: Worker): ChildChannel {
    const channel = processes.fork("suite-code", { cwd, maxOldSpaceMb });
    worker.fresh = true;
    worker.timedOut = false;
    channel.onMessage((message) => receive(worker, message as FromChild));
    channel.onExit((reason) => bury(worker, reason));
    return channel;
  }

  function receive(worker: Worker, message: FromChild): void {
    if (message !== "ready") {
      worker.fresh = false;
      for (const { id, outcome } of message) {
        worker.batch.get(id)?.resolve(outcome);
        worker.batch.delete(id);
      }
    }
    if (worker.batch.size > 0) watch(worker, timeoutMs);
    else {
      clearTimeout(worker.timer);
      schedule();
    }
  }

  function watch(worker: Worker, ms: number): void {
    clearTimeout(worker.timer);
    worker.timer = setTimeout(() => {
      worker.timedOut = true;
      worker.channel?.kill();
    }, ms);
  }

  function bury(worker: Worker, reason: string): void {
    const { timedOut, fresh } = worker;
    worker.channel = undefined;
    const jobs = takeBatch(worker);
    const guilty = jobs.length === 1 && (timedOut || fresh);
    if (guilty) {
      const [{ call, reject }] = jobs as [Job];
      kills.set(codeOf(call), (kills.get(codeOf(call)) ?? 0) + 1);
      reject(new JudgeError(blame(call, timedOut ? timeoutMs : undefined, reason)));
    } else {
      for (const job of jobs) job.alone = true;
      queue.unshift(...jobs);
    }
    if (!closed && queue.length > 0) schedule();
  }

  function takeBatch(worker: Worker): Job[] {
    clearTimeout(worker.timer);
    const jobs = [...worker.batch.values()];
    worker.batch.clear();
    return jobs;
  }

  return {
    interpret: interpreters.interpret,
    write: programs.write,
    serve(given) {
      const service = serve(processes, { cwd, ...given }, options.interpreters);
      services.push(service);
      return service;
    },
    call(call) {
      if (closed) return Promise.reject(new JudgeError("The run was stopped before this could be judged."));
      return new Promise((resolve, reject) => {
        queue.push({ call, resolve, reject, alone: false });
        schedule();
      });
    },
    close() {
      closed = true;
      interpreters.close();
      programs.close();
      for (const service of services) service.close();
      clearImmediate(scheduled);
      const open = [...queue.splice(0), ...workers.flatMap(takeBatch)];
      for (const worker of workers) worker.channel?.kill();
      for (const job of open) job.reject(new JudgeError("The run was stopped before this could be judged."));
    },
  };
}
