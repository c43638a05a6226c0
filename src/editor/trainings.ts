import { commands, EventEmitter } from "vscode";
import { Requests } from "../protocol/messages.ts";
import type { TrainingAction, TrainingChanged, TrainingOverview, TrainingProgressed, TrainingView } from "../protocol/training.ts";
import type { Engine } from "./engine/engine.ts";

export interface FolderTraining {
  /** The folder's URI. */
  readonly folder: string;
  readonly training: TrainingOverview["trainings"][number];
}

/** What the engine last said of the trainings. */
export class Trainings {
  private readonly engine: Engine;
  private readonly byFolder = new Map<string, TrainingOverview>();
  private readonly changed = new EventEmitter<FolderTraining>();
  private readonly progressed = new EventEmitter<TrainingProgressed>();
  /** With a training that is other than it was. */
  readonly onChange = this.changed.event;
  readonly onProgress = this.progressed.event;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  set({ folder, overview }: TrainingChanged): void {
    const before = this.byFolder.get(folder)?.trainings ?? [];
    this.byFolder.set(folder, overview);
    void commands.executeCommand("setContext", "llmops.hasTraining", this.all().length > 0);
    void commands.executeCommand("setContext", "llmops.isTraining", this.open().length > 0);
    for (const training of overview.trainings) {
      const old = before.find(({ name }) => name === training.name);
      if (JSON.stringify(old?.last) !== JSON.stringify(training.last)) this.changed.fire({ folder, training });
    }
  }

  setProgress(progress: TrainingProgressed): void {
    this.progressed.fire(progress);
  }

  all(): FolderTraining[] {
    return [...this.byFolder].flatMap(([folder, { trainings }]) => trainings.map((training) => ({ folder, training })));
  }

  /** Those that have not ended. */
  open(): { readonly folder: string; readonly last: TrainingView }[] {
    return this.all().flatMap(({ folder, training: { last } }) => (last && !last.isOver ? [{ folder, last }] : []));
  }

  ask<T>(folder: string, action: TrainingAction): Promise<T> {
    return this.engine.request<T>(Requests.training, { folder, action });
  }
}
