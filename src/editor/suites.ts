import { commands, EventEmitter, Uri } from "vscode";
import type { Status, SuiteSummary } from "../protocol/messages.ts";

/** What the engine last said of the suites. Every view draws from here, and keeps nothing of its own. */
export class Suites {
  private readonly changed = new EventEmitter<Status | undefined>();
  readonly onChange = this.changed.event;
  status: Status | undefined;
  private waiting: (() => void)[] = [];

  /** `undefined`: the engine is gone. */
  set(status: Status | undefined): void {
    this.status = status;
    const all = this.all();
    const context = (key: string, value: boolean) => void commands.executeCommand("setContext", `llmops.${key}`, value);
    context("hasSuites", all.length > 0);
    context("empty", status !== undefined && all.length === 0);
    context("running", all.some(({ state }) => state.kind === "running"));
    context("judged", all.some(({ state }) => state.kind === "judged"));
    context("paused", status?.paused ?? false);
    this.changed.fire(status);
    if (status) for (const resolve of this.waiting.splice(0)) resolve();
  }

  all(): readonly SuiteSummary[] {
    return this.status?.suites ?? [];
  }

  /** The suites that a file is part of. */
  of(uri: string): SuiteSummary[] {
    const wanted = normal(uri);
    return this.all().filter((suite) => [suite.uri, ...suite.files].some((file) => normal(file) === wanted));
  }

  get(uri: string): SuiteSummary | undefined {
    const wanted = normal(uri);
    return this.all().find((suite) => normal(suite.uri) === wanted);
  }

  /** Resolves once the engine has looked for suites, or after `ms` milliseconds. */
  async known(ms = 10_000): Promise<void> {
    if (this.status) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

/** Two spellings of a file's URI are one. */
export function normal(uri: string): string {
  return Uri.parse(uri).toString();
}
