import { commands, EventEmitter } from "vscode";
import type { Overview, PipelineAction, PipelineChanged, Started } from "../protocol/pipeline.ts";
import { Requests } from "../protocol/messages.ts";
import type { Engine } from "./engine/engine.ts";

export interface FolderPipeline {
  /** The folder's URI. */
  readonly folder: string;
  readonly overview: Overview;
}

/** What the engine last said of the pipelines. The views draw from here, and keep nothing of their own. */
export class Pipelines {
  private readonly engine: Engine;
  private readonly byFolder = new Map<string, Overview>();
  private readonly changed = new EventEmitter<string>();
  /** With the URI of the folder. */
  readonly onChange = this.changed.event;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  set({ folder, overview }: PipelineChanged): void {
    this.byFolder.set(folder, overview);
    const all = this.all();
    const context = (key: string, value: boolean) => void commands.executeCommand("setContext", `llmops.${key}`, value);
    context("hasPipeline", all.some(({ overview: { stages } }) => stages.length > 0));
    context("pipelineKnown", true);
    context("hasGit", all.some(({ overview: { hasGit } }) => hasGit));
    context("hasEnvironments", all.some(({ overview: { environments } }) => environments.length > 0));
    this.changed.fire(folder);
  }

  all(): FolderPipeline[] {
    return [...this.byFolder].map(([folder, overview]) => ({ folder, overview }));
  }

  /** Those that have something to show. */
  shown(): FolderPipeline[] {
    return this.all().filter(({ overview }) => overview.stages.length > 0 || overview.problem !== undefined);
  }

  ask<T>(folder: string, action: PipelineAction): Promise<T> {
    return this.engine.request<T>(Requests.pipeline, { folder, action });
  }

  start(folder: string, action: PipelineAction): Promise<Started> {
    return this.ask<Started>(folder, action);
  }
}
