import { clearTimeout, setTimeout } from "node:timers";
import type { ChildChannel } from "../../host.ts";
import type { Outcome } from "./protocol.ts";

/** A process of its own that keeps its state between calls: one that answers as a model does. */
export interface CodeService<Call> {
  /** @throws {ServiceError} when the process ended or had to be killed; an abort is rethrown. */
  ask(call: Call, signal: AbortSignal): Promise<Outcome>;
  close(): void;
}

/** `late`: the call took too long. `ended`: the process did, perhaps by another call. `unusable`: none can be asked. */
export type ServiceFailure = "late" | "ended" | "unusable";

export class ServiceError extends Error {
  readonly failure: ServiceFailure;
  constructor(message: string, failure: ServiceFailure) {
    super(message);
    this.name = "ServiceError";
    this.failure = failure;
  }
}

export interface ServiceOptions<Call> {
  start(): ChildChannel;
  encode(id: number, call: Call): unknown;
  /** The outcomes in a message, by the ids of their calls. */
  decode(message: unknown): readonly { readonly id: number; readonly outcome: Outcome }[];
  /** Calls that the process works at side by side. */
  readonly atOnce: number;
  /** Milliseconds from when a call is sent. */
  readonly timeoutMs: number;
  /** As a sentence names the code. */
  readonly subject: string;
}

interface Job<Call> {
  readonly id: number;
  readonly call: Call;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
  timer?: NodeJS.Timeout;
}

/** Starts the process with the first call, and anew after it has ended. */
export function createService<Call>({ start, encode, decode, atOnce, timeoutMs, subject }: ServiceOptions<Call>): CodeService<Call> {
  const waiting: Job<Call>[] = [];
  const asked = new Map<number, Job<Call>>();
  let channel: ChildChannel | undefined;
  let nextId = 0;
  let closed = false;

  function dispatch(): void {
    while (!closed && asked.size < atOnce && waiting.length > 0) {
      const job = waiting.shift() as Job<Call>;
      asked.set(job.id, job);
      job.timer = setTimeout(() => late(job), timeoutMs);
      try {
        (channel ??= opened()).send(encode(job.id, job.call));
      } catch (error) {
        settle(job)?.reject(new ServiceError(`What ${subject} is asked cannot be handed to it: ${String(error)}`, "late"));
      }
    }
  }

  function opened(): ChildChannel {
    const made = start();
    made.onMessage((message) => {
      for (const { id, outcome } of decode(message)) settle(asked.get(id))?.resolve(outcome);
      dispatch();
    });
    made.onExit((reason) => ended(made, `${subject} ended its process: ${reason}.`));
    return made;
  }

  function late(job: Job<Call>): void {
    settle(job)?.reject(new ServiceError(`${subject} was killed after ${timeoutMs / 1000} s: it did not answer`, "late"));
    const killed = channel;
    killed?.kill();
    if (killed) ended(killed, `${subject} was killed, since it did not answer another question.`);
  }

  function ended(which: ChildChannel, message: string): void {
    if (channel !== which) return;
    channel = undefined;
    for (const job of [...asked.values()]) settle(job)?.reject(new ServiceError(message, "ended"));
    dispatch();
  }

  function settle(job: Job<Call> | undefined): Job<Call> | undefined {
    if (!job || !asked.delete(job.id)) return undefined;
    clearTimeout(job.timer);
    return job;
  }

  return {
    ask(call, signal) {
      signal.throwIfAborted();
      let stop = () => {};
      const answer = new Promise<Outcome>((resolve, reject) => {
        const job: Job<Call> = { id: nextId++, call, resolve, reject };
        stop = () => {
          const index = waiting.indexOf(job);
          if (index >= 0) waiting.splice(index, 1);
          (settle(job) ?? job).reject(signal.reason);
        };
        signal.addEventListener("abort", stop, { once: true });
        waiting.push(job);
        dispatch();
      });
      return answer.finally(() => signal.removeEventListener("abort", stop));
    },
    close() {
      closed = true;
      channel?.kill();
      for (const job of [...waiting.splice(0), ...asked.values()]) (settle(job) ?? job).reject(new ServiceError(`${subject} was stopped with the run.`, "ended"));
    },
  };
}
