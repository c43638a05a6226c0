import { isAbsolute, relative, sep } from "node:path";
import type { Log } from "../core/host.ts";
import type { RunReport } from "../core/regression/report.ts";
import type { Settings, SuiteState } from "../protocol/messages.ts";
import { stateOf, SuiteBoard } from "./suiteBoard.ts";
import { type WorkerClient, WorkerFailure } from "./workerClient.ts";
import type { Discovery, Failure, RunOutcome, RunRequest, SuiteDescription } from "./worker/messages.ts";

/** Saves that come by themselves wait for this long a quiet, in milliseconds. */
const AUTO_SAVE_QUIET_MS = 2000;

export type SaveReason = "manual" | "afterDelay" | "focusOut";

interface Running {
  readonly control: AbortController;
  readonly trigger: RunRequest["trigger"];
}

/**
 * What goes on in the open folders: suites, runs, and which of them a save starts. It holds nothing
 * that the store does not: after a restart `discover` finds everything again.
 */
export class Session {
  readonly board = new SuiteBoard();
  settings: Settings;
  paused = false;
  private readonly worker: WorkerClient;
  private readonly log: Log;
  private readonly running = new Map<string, Running>();
  private readonly quiet = new Map<string, NodeJS.Timeout>();
  private readonly folders = new Set<string>();
  /** What is being looked for: a file that is saved in the meantime may belong to it. */
  private discovering: Promise<unknown> = Promise.resolve();

  constructor(worker: WorkerClient, settings: Settings, log: Log) {
    this.worker = worker;
    this.settings = settings;
    this.log = log;
  }

  /** Finds the suites of a folder and what the store knows of them. */
  discover(folder: string): Promise<void> {
    this.folders.add(folder);
    const found = this.find(folder);
    this.discovering = Promise.all([this.discovering, found]);
    return found;
  }

  private async find(folder: string): Promise<void> {
    try {
      const { suites, notice } = await this.worker.ask<Discovery>({ kind: "discover", folder });
      if (notice) this.log.warn(notice);
      const found = new Set(suites.map((suite) => suite.file));
      for (const { suite } of this.board.all()) if (isWithin(suite.file, folder) && !found.has(suite.file)) this.board.remove(suite.file);
      for (const suite of suites) {
        if (!this.running.has(suite.file)) this.board.describe(suite);
        // Without git the text before the first edit is the baseline: keep it before there is one.
        if (!suite.baseline && !suite.report) void this.worker.ask({ kind: "remember", file: suite.file }).catch(() => {});
      }
    } catch (error) {
      this.log.error(`The suites of ${folder} cannot be read: ${messageOf(error)}`);
    }
  }

  async rediscover(): Promise<void> {
    await Promise.all([...this.folders].map((folder) => this.discover(folder)));
  }

  /** Looks at a suite anew, without running it. */
  async refresh(file: string): Promise<void> {
    if (this.running.has(file)) return;
    try {
      this.board.describe(await this.worker.ask<SuiteDescription>({ kind: "describe", file }));
    } catch (error) {
      this.log.warn(`${file} cannot be read: ${messageOf(error)}`);
    }
  }

  /** A file was saved: the suites it is part of run, unless a person stopped that. */
  saved(file: string, reason: SaveReason): void {
    clearTimeout(this.quiet.get(file));
    this.quiet.delete(file);
    const start = async () => {
      await this.discovering;
      for (const { suite } of this.board.affectedBy(file)) {
        if (this.paused || !this.settings.runOnSave) void this.refresh(suite.file);
        else void this.run(suite.file, { trigger: "save" });
      }
    };
    if (reason === "manual") void start();
    else this.quiet.set(file, setTimeout(() => void start(), AUTO_SAVE_QUIET_MS).unref());
  }

  /** Runs a suite; a run of it that is under way is superseded. Resolves with its new state. */
  async run(file: string, request: RunRequest): Promise<SuiteState> {
    return (await this.outcome(file, request)).state;
  }

  /** Runs one case and says how it came out under each series; the suite's own verdict stays. */
  async runCase(file: string, caseId: string): Promise<{ state: SuiteState; message: string }> {
    const { state, report } = await this.outcome(file, { trigger: "manual", caseIds: [caseId], fresh: true });
    const message = report?.series.map((series) => `${series.label}: ${series.errors ? `not judged (${series.errors.first})` : series.failed > 0 ? "failed" : "passed"}`).join(", ") ?? "";
    return { state, message };
  }

  private async outcome(file: string, request: RunRequest): Promise<{ state: SuiteState; report?: RunReport }> {
    this.running.get(file)?.control.abort();
    const control = new AbortController();
    const running = { control, trigger: request.trigger };
    this.running.set(file, running);
    const mine = () => this.running.get(file) === running;
    this.board.setState(file, { kind: "running", done: 0, total: 0 });
    try {
      const { suite, report } = await this.worker.ask<RunOutcome>(
        { kind: "run", file, request },
        { signal: control.signal, progress: (done, total) => mine() && this.board.setState(file, { kind: "running", done, total }) },
      );
      if (!mine()) return { state: { kind: "never" } };
      this.running.delete(file);
      this.board.describe(suite);
      return { state: stateOf({ ...suite, report }), report };
    } catch (error) {
      if (!mine()) return { state: { kind: "never" } };
      this.running.delete(file);
      const failure: Failure = error instanceof WorkerFailure ? error.failure : { reason: "error", message: messageOf(error) };
      await this.refresh(file);
      const state = stateAfter(failure) ?? this.board.get(file)?.state ?? { kind: "never" };
      if (state.kind !== "judged") this.board.setState(file, state);
      return { state };
    }
  }

  /** Asks the endpoint again for some cases, then judges the suite with what it answered. */
  async rerun(file: string, caseIds: readonly string[], anyway?: boolean): Promise<SuiteState> {
    const state = await this.run(file, { trigger: "manual", caseIds, fresh: true, anyway });
    return state.kind === "judged" ? this.run(file, { trigger: "manual", anyway }) : state;
  }

  cancel(file: string | undefined): void {
    for (const [running, { control }] of this.running) if (file === undefined || running === file) control.abort();
  }

  isRunning(file: string): boolean {
    return this.running.has(file);
  }

  dispose(): void {
    this.cancel(undefined);
    for (const timer of this.quiet.values()) clearTimeout(timer);
  }
}

/** What a suite shows after a run that came to no verdict; `undefined`: what it showed before. */
function stateAfter(failure: Failure): SuiteState | undefined {
  switch (failure.reason) {
    case "consent":
      return { kind: "consent", origins: failure.origins };
    case "budget":
      return { kind: "budget", message: failure.message };
    case "invalid":
      return { kind: "invalid", problems: failure.problems.length };
    case "refused":
    case "error":
      return { kind: "problem", message: failure.message };
    case "cancelled":
      return undefined;
  }
}

function isWithin(file: string, folder: string): boolean {
  const path = relative(folder, file);
  return path !== ".." && !path.startsWith(`..${sep}`) && !isAbsolute(path);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
