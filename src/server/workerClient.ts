import { type ChildProcess, fork } from "node:child_process";
import type { Log } from "../core/host.ts";
import type { StoredApprovals } from "../protocol/messages.ts";
import type { PipelineAction, PipelineConsent } from "../protocol/pipeline.ts";
import type { TrainingAction, TrainingProgressed } from "../protocol/training.ts";
import type { RolloutsOverview } from "../protocol/rollouts.ts";
import type { Failure, FromWorker, ToWorker } from "./worker/messages.ts";

type Question = Extract<ToWorker, { id: number }> extends infer M ? (M extends { id: number } ? Omit<M, "id"> : never) : never;

export interface WorkerEvents {
  readonly changed: (suites: readonly string[]) => void;
  readonly askSecret: (name: string, origin: string) => Promise<{ value: string } | "missing" | "refused">;
  readonly pipelineChanged: (folder: string) => void;
  readonly pipelineOutput: (text: string) => void;
  readonly trainingChanged: (folder: string) => void;
  readonly trainingProgress: (progress: TrainingProgressed) => void;
  readonly experimentsChanged: () => void;
  readonly rolloutsChanged: (folder: string, overview: RolloutsOverview) => void;
  readonly askPipeline: (consent: PipelineConsent) => Promise<boolean>;
  /** The worker ended without being told to; it is started again when it is next needed. */
  readonly crashed: (reason: string) => void;
}

/** A request that came to nothing. */
export class WorkerFailure extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super("message" in failure ? failure.message : failure.reason);
    this.name = "WorkerFailure";
    this.failure = failure;
  }
}

interface Waiting {
  readonly question: Question;
  /** Asked again after a crash, once: what it had answered is in the cache, and what crashes it twice is its fault. */
  retried: boolean;
  resolve(value: unknown): void;
  reject(error: Error): void;
  progress(done: number, total: number): void;
}

/** Of a pipeline and of trainings only what is read: a run that was started, or a decision that was taken, is in the store. */
const READS: ReadonlySet<(PipelineAction | TrainingAction)["kind"]> = new Set(["overview", "history", "show", "log", "check", "page"]);

function mayRepeat(question: Question): boolean {
  if (question.kind === "rollouts") return question.action.kind !== "start" && question.action.kind !== "ask";
  return (question.kind !== "pipeline" && question.kind !== "training") || READS.has(question.action.kind);
}

/** The process that reads and runs suites, started when it is first needed and again after a crash. */
export class WorkerClient {
  private readonly entry: string;
  private readonly log: Log;
  private readonly events: WorkerEvents;
  private child: ChildProcess | undefined;
  private approvals: StoredApprovals;
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;
  private closed = false;

  constructor(options: { entry: string; log: Log; approvals: StoredApprovals; events: WorkerEvents }) {
    this.entry = options.entry;
    this.log = options.log;
    this.events = options.events;
    this.approvals = options.approvals;
  }

  /** @throws {WorkerFailure} */
  ask<T>(question: Question, options: { signal?: AbortSignal; progress?: (done: number, total: number) => void } = {}): Promise<T> {
    const id = ++this.lastId;
    const { signal } = options;
    if (signal?.aborted || this.closed) return Promise.reject(new WorkerFailure({ reason: "cancelled" }));
    const child = this.start();
    return new Promise<T>((resolve, reject) => {
      const cancel = () => this.child && this.send(this.child, { kind: "cancel", id });
      const settle = () => {
        this.waiting.delete(id);
        signal?.removeEventListener("abort", cancel);
      };
      this.waiting.set(id, {
        question,
        retried: !mayRepeat(question),
        resolve: (value) => {
          settle();
          resolve(value as T);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
        progress: options.progress ?? (() => {}),
      });
      signal?.addEventListener("abort", cancel, { once: true });
      this.send(child, { ...question, id } as ToWorker);
    });
  }

  approve(approvals: StoredApprovals): void {
    this.approvals = approvals;
    if (this.child) this.send(this.child, { kind: "approvals", approvals });
  }

  close(): void {
    this.closed = true;
    this.child?.kill();
  }

  private start(): ChildProcess {
    if (this.child) return this.child;
    const child = fork(this.entry, ["worker"], { serialization: "advanced", stdio: ["ignore", "pipe", "pipe", "ipc"] });
    this.child = child;
    let complaint = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      complaint = (complaint + String(chunk)).slice(-2000);
    });
    child.stdout?.resume();
    // Both ends are of the same bundle: what arrives is what `FromWorker` says.
    child.on("message", (message) => this.receive(child, message as FromWorker));
    child.on("error", (error) => this.ended(child, error.message));
    child.on("exit", (code, signal) => this.ended(child, complaint.trim().split("\n").at(-1) || `exit ${code ?? signal}`));
    this.send(child, { kind: "approvals", approvals: this.approvals });
    return child;
  }

  private send(child: ChildProcess, message: ToWorker): void {
    if (child.connected) child.send(message, () => {});
  }

  private receive(child: ChildProcess, message: FromWorker): void {
    switch (message.kind) {
      case "answer":
        this.waiting.get(message.id)?.resolve(message.value);
        break;
      case "failed":
        this.waiting.get(message.id)?.reject(new WorkerFailure(message.failure));
        break;
      case "progress":
        this.waiting.get(message.id)?.progress(message.done, message.total);
        break;
      case "changed":
        this.events.changed(message.suites);
        break;
      case "askSecret":
        void this.events.askSecret(message.name, message.origin).then((result) => this.send(child, { kind: "secret", id: message.id, result }));
        break;
      case "pipelineChanged":
        this.events.pipelineChanged(message.folder);
        break;
      case "rolloutsChanged":
        this.events.rolloutsChanged(message.folder, message.overview);
        break;
      case "experimentsChanged":
        this.events.experimentsChanged();
        break;
      case "trainingChanged":
        this.events.trainingChanged(message.folder);
        break;
      case "trainingProgress":
        this.events.trainingProgress(message.progress);
        break;
      case "pipelineOutput":
        this.events.pipelineOutput(message.text);
        break;
      case "askPipeline":
        void this.events.askPipeline(message.consent).then((agreed) => this.send(child, { kind: "pipelineConsent", question: message.question, agreed }));
        break;
      case "log":
        this.log[message.level](message.message);
        break;
      case "ready":
        break;
    }
  }

  private ended(child: ChildProcess, reason: string): void {
    if (this.child !== child) return;
    this.child = undefined;
    if (this.closed) {
      for (const waiting of [...this.waiting.values()]) waiting.reject(new WorkerFailure({ reason: "cancelled" }));
      return;
    }
    this.events.crashed(reason);
    for (const [id, waiting] of [...this.waiting]) {
      if (waiting.retried) {
        waiting.reject(new WorkerFailure({ reason: "error", message: `The process that runs suites ended (${reason}). Nothing that was answered is lost; run again.` }));
      } else {
        waiting.retried = true;
        this.send(this.start(), { ...waiting.question, id } as ToWorker);
      }
    }
  }
}
