import type { Connection } from "vscode-languageserver/node";
import { DidChangeWatchedFilesNotification } from "vscode-languageserver/node";
import { URI } from "vscode-uri";
import type { Log } from "../core/host.ts";
import { FromEngine } from "../protocol/messages.ts";
import type { Overview, PipelineAction, PipelineConsent, PipelineParams } from "../protocol/pipeline.ts";
import type { WorkerClient } from "./workerClient.ts";

/** Changes that come together are looked at together, in milliseconds. */
const TOGETHER_MS = 50;
const DATA_QUIET_MS = 500;

/** The pipelines of the open folders: tells the editor what they have become, and passes on what it asks. */
export class Pipelines {
  private readonly connection: Connection;
  private readonly worker: WorkerClient;
  private readonly log: Log;
  private readonly pending = new Map<string, NodeJS.Timeout>();
  private readonly told = new Map<string, string>();
  private readonly data = new Map<string, { globs: string; end: { dispose(): void } }>();

  constructor(connection: Connection, worker: WorkerClient, log: Log) {
    this.connection = connection;
    this.worker = worker;
    this.log = log;
  }

  ask({ folder, action }: PipelineParams): Promise<unknown> {
    return this.worker.ask({ kind: "pipeline", folder: URI.parse(folder).fsPath, action });
  }

  /** Looks at a folder's pipeline (absolute path) and tells what is new of it. */
  changed(folder: string): void {
    if (this.pending.has(folder)) return;
    this.pending.set(
      folder,
      setTimeout(() => void this.tell(folder), TOGETHER_MS),
    );
  }

  /** What is changed on disk may be data that starts stages. */
  filesChanged(): void {
    for (const folder of this.data.keys()) this.later(`data ${folder}`, DATA_QUIET_MS, () => void this.perform(folder, { kind: "dataChanged" }).catch(() => {}));
  }

  async consent(consent: PipelineConsent): Promise<boolean> {
    return this.connection.sendRequest<boolean>(FromEngine.pipelineConsent, { ...consent, folder: URI.file(consent.folder).toString() }).catch(() => false);
  }

  dispose(): void {
    for (const timer of this.pending.values()) clearTimeout(timer);
    for (const { end } of this.data.values()) end.dispose();
  }

  private async tell(folder: string): Promise<void> {
    this.pending.delete(folder);
    try {
      const overview = await this.perform<Overview>(folder, { kind: "overview" });
      const text = JSON.stringify(overview);
      if (this.told.get(folder) !== text) void this.connection.sendNotification(FromEngine.pipelineChanged, { folder: URI.file(folder).toString(), overview });
      this.told.set(folder, text);
      await this.watchData(folder, overview.data);
    } catch (error) {
      this.log.warn(`The pipeline of ${folder} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** The editor watches files better than we could: recursively, on every platform, without what is excluded. */
  private async watchData(folder: string, data: readonly string[]): Promise<void> {
    const globs = data.join("\n");
    const known = this.data.get(folder);
    if (known?.globs === globs) return;
    known?.end.dispose();
    this.data.delete(folder);
    if (data.length === 0) return;
    const watchers = data.map((pattern) => ({ globPattern: `**/${pattern}` }));
    const end = await this.connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
    this.data.set(folder, { globs, end });
  }

  private perform<T>(folder: string, action: PipelineAction): Promise<T> {
    return this.worker.ask<T>({ kind: "pipeline", folder, action });
  }

  private later(key: string, ms: number, work: () => void): void {
    clearTimeout(this.pending.get(key));
    this.pending.set(
      key,
      setTimeout(() => {
        this.pending.delete(key);
        work();
      }, ms),
    );
  }
}
