import type { ChildProcess } from "node:child_process";
import { type Disposable, EventEmitter, type LogOutputChannel, workspace } from "vscode";
import type { LanguageClientOptions } from "vscode-languageclient";
import { FromEngine, type InitializationOptions, type SecretParams, type SecretResult, type Status } from "../../protocol/messages.ts";
import type { PipelineChanged, PipelineConsent } from "../../protocol/pipeline.ts";
import type { TrainingChanged, TrainingProgressed } from "../../protocol/training.ts";
import type { RolloutsChanged } from "../../protocol/rollouts.ts";
import { logLevel } from "../settings.ts";
import { EngineClient } from "./engineClient.ts";
import { endLater, hasSqlite, startEngineProcess } from "./engineProcess.ts";
import { Restarts } from "./restarts.ts";

export type EngineState =
  | { readonly kind: "off" }
  | { readonly kind: "starting" }
  | { readonly kind: "running" }
  /** It does not run, and will not by itself. */
  | { readonly kind: "failed"; readonly message: string };

export interface EngineOptions {
  readonly entry: string;
  readonly output: LogOutputChannel;
  readonly initializationOptions: () => InitializationOptions;
  readonly executeCommand: NonNullable<NonNullable<LanguageClientOptions["middleware"]>["executeCommand"]>;
  readonly status: (status: Status) => void;
  readonly secret: (params: SecretParams) => Promise<SecretResult>;
  readonly pipelineChanged: (changed: PipelineChanged) => void;
  readonly rolloutsChanged: (changed: RolloutsChanged) => void;
  readonly pipelineOutput: (text: string) => void;
  readonly trainingChanged: (changed: TrainingChanged) => void;
  readonly trainingProgress: (progress: TrainingProgressed) => void;
  readonly experimentsChanged: () => void;
  readonly pipelineConsent: (consent: PipelineConsent) => Promise<boolean>;
  /** It ended by itself and was started again; nothing is lost, as every result is in the store. */
  readonly restarted: () => void;
}

/** The engine did not start, or is gone: the message is for people. */
export class EngineUnavailable extends Error {}

/** The engine's process and the connection to it, over all restarts. */
export class Engine implements Disposable {
  private readonly options: EngineOptions;
  private readonly stateChanged = new EventEmitter<EngineState>();
  private readonly restarts = new Restarts(Date.now);
  private client: EngineClient | undefined;
  private child: ChildProcess | undefined;
  private starting: Promise<EngineClient> | undefined;
  private lastComplaint = "";
  readonly onState = this.stateChanged.event;
  state: EngineState = { kind: "off" };

  constructor(options: EngineOptions) {
    this.options = options;
  }

  /** Starts the engine if needed. @throws {EngineUnavailable} */
  ready(): Promise<EngineClient> {
    return (this.starting ??= this.launch());
  }

  async request<R>(method: string, params?: object): Promise<R> {
    const client = await this.ready();
    return client.sendRequest<R>(method, params ?? {});
  }

  /** Tells an engine that runs; one that starts later learns it at its start. */
  notify(method: string, params: object): void {
    if (this.state.kind === "running") void this.client?.sendNotification(method, params);
  }

  uri(uri: Parameters<EngineClient["code2ProtocolConverter"]["asUri"]>[0]): string {
    return this.client?.code2ProtocolConverter.asUri(uri) ?? uri.toString();
  }

  /** By a person's wish: what failed before is forgotten. */
  async restart(): Promise<void> {
    await this.stop();
    this.restarts.forget();
    await this.ready();
  }

  async stop(): Promise<void> {
    const { client, child } = this;
    this.client = undefined;
    this.child = undefined;
    this.starting = undefined;
    this.setState({ kind: "off" });
    await client?.dispose().catch(() => {});
    if (child) endLater(child);
  }

  dispose(): void {
    void this.stop();
    this.stateChanged.dispose();
  }

  private async launch(): Promise<EngineClient> {
    const nodePath = workspace.getConfiguration("llmops").get("nodePath", "") || undefined;
    if (nodePath === undefined && !hasSqlite(process.versions.node)) {
      throw this.fail(`The engine needs Node 22.13 or newer, and this editor brings ${process.versions.node}. Set "llmops.nodePath" to a newer one.`);
    }
    this.setState({ kind: "starting" });
    const client: EngineClient = new EngineClient({
      output: this.options.output,
      level: logLevel,
      start: () => this.spawn(nodePath),
      initializationOptions: this.options.initializationOptions,
      executeCommand: this.options.executeCommand,
      closed: () => this.closed(client),
    });
    client.onNotification(FromEngine.status, this.options.status);
    client.onRequest(FromEngine.secret, this.options.secret);
    client.onNotification(FromEngine.pipelineChanged, this.options.pipelineChanged);
    client.onNotification(FromEngine.trainingChanged, this.options.trainingChanged);
    client.onNotification(FromEngine.trainingProgress, this.options.trainingProgress);
    client.onNotification(FromEngine.rolloutsChanged, this.options.rolloutsChanged);
    client.onNotification(FromEngine.pipelineOutput, ({ text }: { text: string }) => this.options.pipelineOutput(text));
    client.onNotification(FromEngine.experimentsChanged, () => this.options.experimentsChanged());
    client.onRequest(FromEngine.pipelineConsent, this.options.pipelineConsent);
    this.client = client;
    try {
      await client.start();
    } catch (error) {
      if (this.client !== client) throw new EngineUnavailable("The engine was stopped.", { cause: error });
      throw this.fail(`The engine did not start: ${this.lastComplaint || (error instanceof Error ? error.message : String(error))}`);
    }
    this.setState({ kind: "running" });
    return client;
  }

  private spawn(nodePath: string | undefined): ChildProcess {
    const child = startEngineProcess(this.options.entry, nodePath);
    this.child = child;
    this.lastComplaint = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      this.lastComplaint = String(chunk).trim().split("\n").at(-1) || this.lastComplaint;
    });
    child.on("error", (error) => {
      this.lastComplaint = error.message;
    });
    return child;
  }

  private closed(client: EngineClient): void {
    // Before it ran, `launch` says why; after `stop`, nobody asks.
    if (this.client !== client || this.state.kind !== "running") return;
    this.client = undefined;
    this.starting = undefined;
    if (!this.restarts.mayRestart()) {
      this.starting = Promise.reject(this.fail(`The engine ended again and again${this.lastComplaint ? ` (${this.lastComplaint})` : ""}. Nothing that was judged is lost.`));
      this.starting.catch(() => {});
      return;
    }
    this.ready().then(this.options.restarted, () => {});
  }

  private fail(message: string): EngineUnavailable {
    this.client = undefined;
    if (this.child) endLater(this.child);
    this.child = undefined;
    this.options.output.error(message);
    this.setState({ kind: "failed", message });
    return new EngineUnavailable(message);
  }

  private setState(state: EngineState): void {
    this.state = state;
    this.stateChanged.fire(state);
  }
}
