import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TrainingContext } from "../../../src/core/training/context.ts";
import { driveTraining } from "../../../src/core/training/run/drive.ts";
import { startTraining } from "../../../src/core/training/run/start.ts";
import { findTraining, type TrainingRecord } from "../../../src/core/store/training/trainings.ts";
import type { Decision } from "../../../src/core/training/decision/decide.ts";
import type { Workspace } from "../../../src/core/regression/workspace.ts";
import { nodeHost } from "../../../src/engine/nodeHost.ts";
import { lazySandbox } from "../../../src/engine/sandbox.ts";
import { environmentSecrets } from "../../../src/engine/secrets.ts";
import { openWorkspace } from "../../../src/engine/workspace.ts";
import { write } from "../cli/support.ts";
import { ENV, ROOT } from "../engine.ts";
import { ENTRY } from "../pipeline/support.ts";
import { temporaryFolder } from "../store/support.ts";

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** A copy of the training sample, with a real store, real processes and a real sandbox. */
export class TrainingBench {
  readonly folder: string;
  readonly workspace: Workspace;
  readonly context: TrainingContext;
  private readonly sandbox = lazySandbox();

  private constructor(folder: string, workspace: Workspace) {
    this.folder = folder;
    this.workspace = workspace;
    this.context = { workspace, sandbox: () => this.sandbox.url(workspace) };
  }

  static async of(files: Readonly<Record<string, string>> = {}): Promise<TrainingBench> {
    const folder = temporaryFolder();
    cpSync(join(ROOT, "samples/training"), folder, { recursive: true, filter: (path) => !path.includes(".llmops") });
    write(folder, files);
    return TrainingBench.in(folder);
  }

  static async in(folder: string): Promise<TrainingBench> {
    return new TrainingBench(folder, await openWorkspace(folder, nodeHost({ entry: ENTRY, env: ENV, secrets: environmentSecrets(ENV, SILENT), log: SILENT })));
  }

  /** Changes `llmops.yaml`. */
  configure(change: (text: string) => string): void {
    const file = join(this.folder, "llmops.yaml");
    writeFileSync(file, change(readFileSync(file, "utf8")));
  }

  start(options: { again?: boolean } = {}): Promise<string> {
    return startTraining(this.workspace, { name: undefined, by: "Ann", ...options });
  }

  async train(options: { again?: boolean } = {}): Promise<TrainingRecord> {
    return this.drive(await this.start(options));
  }

  async drive(key: string, signal = new AbortController().signal): Promise<TrainingRecord> {
    return (await driveTraining(this.context, key, signal))!;
  }

  stored(key: string): TrainingRecord {
    return findTraining(this.workspace.store, key) as TrainingRecord;
  }

  get data(): string {
    return readFileSync(join(this.folder, "data/train.jsonl"), "utf8");
  }

  async close(): Promise<void> {
    this.workspace.host.http.close();
    await this.sandbox.close();
    this.workspace.store.close();
  }
}

export function decisionOf({ decision }: TrainingRecord): Decision {
  return JSON.parse(decision!) as Decision;
}

/** A line of a data file. */
export function row(question: string, answer: string): string {
  return JSON.stringify({ messages: [{ role: "system", content: "Sort tickets." }, { role: "user", content: question }, { role: "assistant", content: answer }] });
}
