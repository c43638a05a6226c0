import { commands, EventEmitter } from "vscode";
import { Requests } from "../protocol/messages.ts";
import type { RolloutsAction, RolloutsChanged, RolloutsOverview, RolloutView } from "../protocol/rollouts.ts";
import type { Engine } from "./engine/engine.ts";

export interface FolderRollouts {
  /** The folder's URI. */
  readonly folder: string;
  readonly overview: RolloutsOverview;
}

/** What the engine last said of the rollouts. The views draw from here, and keep nothing of their own. */
export class Rollouts {
  private readonly engine: Engine;
  private readonly byFolder = new Map<string, RolloutsOverview>();
  private readonly changed = new EventEmitter<void>();
  readonly onChange = this.changed.event;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  set({ folder, overview }: RolloutsChanged): void {
    this.byFolder.set(folder, overview);
    const open = this.open().map(({ rollout }) => rollout);
    const context = (key: string, value: boolean) => void commands.executeCommand("setContext", `llmops.${key}`, value);
    context("hasRollouts", this.all().some(({ overview: { defined, rollouts } }) => defined.length > 0 || rollouts.length > 0));
    context("rolloutOpen", open.length > 0);
    context("rolloutRunning", open.some(({ state }) => state === "running"));
    context("rolloutPaused", open.some(({ state }) => state === "paused"));
    this.changed.fire();
  }

  all(): FolderRollouts[] {
    return [...this.byFolder].map(([folder, overview]) => ({ folder, overview }));
  }

  open(): { readonly folder: string; readonly rollout: RolloutView }[] {
    return this.all().flatMap(({ folder, overview }) => overview.rollouts.filter(({ endedAt }) => endedAt === undefined).map((rollout) => ({ folder, rollout })));
  }

  ask<T>(folder: string, action: RolloutsAction): Promise<T> {
    return this.engine.request<T>(Requests.rollouts, { folder, action });
  }
}
