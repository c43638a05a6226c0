import { type Disposable, EventEmitter } from "vscode";
import type { ExperimentsAction } from "../protocol/experiments.ts";
import { Requests } from "../protocol/messages.ts";
import type { Engine } from "./engine/engine.ts";

/** A script may log thousands of values a second; what shows runs is told of them this often, in milliseconds. */
const TOGETHER_MS = 250;

/** The runs that the engine knows. Every view asks it, and keeps nothing of its own. */
export class Experiments implements Disposable {
  private readonly engine: Engine;
  private readonly changed = new EventEmitter<void>();
  /** There are new runs, or known ones are other than they were. */
  readonly onChange = this.changed.event;
  private pending: NodeJS.Timeout | undefined;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  /** @param folder its URI. */
  ask<T>(folder: string, action: ExperimentsAction): Promise<T> {
    return this.engine.request<T>(Requests.experiments, { folder, action });
  }

  markChanged(): void {
    this.pending ??= setTimeout(() => {
      this.pending = undefined;
      this.changed.fire();
    }, TOGETHER_MS);
  }

  dispose(): void {
    clearTimeout(this.pending);
    this.changed.dispose();
  }
}
