import type { Connection } from "vscode-languageserver/node";
import { URI } from "vscode-uri";
import type { Log } from "../core/host.ts";
import { FromEngine } from "../protocol/messages.ts";
import type { Overview, PipelineAction, PipelineConsent, PipelineParams } from "../protocol/pipeline.ts";
import { Delays } from "./delays.ts";
import { WatchedData } from "./watchedData.ts";
import type { WorkerClient } from "./workerClient.ts";

/** Changes that come together are looked at together, in milliseconds. */
const TOGETHER_MS = 50;
const DATA_QUIET_MS = 500;

/** The pipelines of the open folders: tells the editor what they have become, and passes on what it asks. */
export class Pipelines {
  private readonly connection: Connection;
  private readonly worker: WorkerClient;
  private readonly log: Log;
  private readonly delays = new Delays();
  private readonly told = new Map<string, string>();
  private readonly data: WatchedData;

  constructor(connection: Connection, worker: WorkerClient, log: Log) {
    this.connection = connection;
    this.data = new WatchedData(connection);
    this.worker = worker;
    this.log = log;
  }

  ask({ folder, action }: PipelineParams): Promise<unknown> {
    return this.worker.ask({ kind: "pipeline", folder: URI.parse(folder).fsPath, action });
  }

  /** Looks at a folder's pipeline (absolute path) and tells what is new of it. */
  changed(folder: string): void {
    if (!this.delays.isWaiting(folder)) this.delays.later(folder, TOGETHER_MS, () => void this.tell(folder));
  }

  /** What is changed on disk may be data that starts stages. */
  filesChanged(): void {
    for (const folder of this.data.folders()) this.delays.later(`data ${folder}`, DATA_QUIET_MS, () => void this.perform(folder, { kind: "dataChanged" }).catch(() => {}));
  }

  async consent(consent: PipelineConsent): Promise<boolean> {
    return this.connection.sendRequest<boolean>(FromEngine.pipelineConsent, { ...consent, folder: URI.file(consent.folder).toString() }).catch(() => false);
  }

  dispose(): void {
    this.delays.dispose();
    this.data.dispose();
  }

  private async tell(folder: string): Promise<void> {
    try {
      const overview = await this.perform<Overview>(folder, { kind: "overview" });
      const text = JSON.stringify(overview);
      if (this.told.get(folder) !== text) void this.connection.sendNotification(FromEngine.pipelineChanged, { folder: URI.file(folder).toString(), overview });
      this.told.set(folder, text);
      await this.data.watch(folder, overview.data.map((pattern) => `**/${pattern}`));
    } catch (error) {
      this.log.warn(`The pipeline of ${folder} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private perform<T>(folder: string, action: PipelineAction): Promise<T> {
    return this.worker.ask<T>({ kind: "pipeline", folder, action });
  }
}
