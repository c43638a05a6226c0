import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { PipelineContext, StepOutput } from "../../../src/core/pipeline/context.ts";
import { loadPipeline } from "../../../src/core/pipeline/definition.ts";
import { drive } from "../../../src/core/pipeline/run/drive.ts";
import { type StartRequest, startPipeline } from "../../../src/core/pipeline/start.ts";
import { runController } from "../../../src/core/rollouts/controller/run.ts";
import { findPipelineRun, type RunRecord } from "../../../src/core/store/pipeline/records.ts";
import { readLog } from "../../../src/core/store/pipeline/logs.ts";
import type { Workspace } from "../../../src/core/regression/workspace.ts";
import { nodeHost } from "../../../src/engine/nodeHost.ts";
import { environmentSecrets } from "../../../src/engine/secrets.ts";
import { openWorkspace } from "../../../src/engine/workspace.ts";
import { folderWith } from "../cli/support.ts";
import { ENV } from "../engine.ts";

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
export const ENTRY = fileURLToPath(new URL("../../../src/engine/main.ts", import.meta.url));

/** A real workspace with a pipeline: real git, store and processes. */
export class Bench {
  readonly folder: string;
  readonly workspace: Workspace;
  readonly output: StepOutput[] = [];

  private constructor(folder: string, workspace: Workspace) {
    this.folder = folder;
    this.workspace = workspace;
  }

  /** `stages`: items of `pipeline:` as YAML; `more`: other keys of the file; `files` may add to or replace what is there. */
  static async of(stages: readonly string[], { files = {}, env = {}, more }: { files?: Readonly<Record<string, string>>; env?: NodeJS.ProcessEnv; more?: string } = {}): Promise<Bench> {
    return Bench.in(folderWith({ "llmops.yaml": pipelineYaml(stages, more), ...files }), env);
  }

  static async in(folder: string, env: NodeJS.ProcessEnv = {}): Promise<Bench> {
    const all = { ...ENV, ...env };
    return new Bench(folder, await openWorkspace(folder, nodeHost({ entry: ENTRY, env: all, secrets: environmentSecrets(all, SILENT), log: SILENT })));
  }

  get context(): PipelineContext {
    const rollouts = { context: { workspace: this.workspace, gateway: () => Promise.reject(new Error("No gateway here.")) }, ensureController: async () => void runController({ workspace: this.workspace, gateway: () => Promise.reject(new Error("No gateway here.")) }, { signal: new AbortController().signal, idleMs: 1 }) };
    return { workspace: this.workspace, rollouts, sandbox: () => Promise.reject(new Error("No sandbox here.")), engineFiles: () => Promise.reject(new Error("Nothing goes elsewhere here.")), onOutput: (output) => void this.output.push(output) };
  }

  async start(request: Partial<StartRequest> = {}): Promise<{ key: string; isNew: boolean }> {
    const pipeline = await loadPipeline(this.folder, this.workspace.disk);
    return startPipeline(this.workspace, pipeline, { trigger: "manual", commit: undefined, changed: undefined, occasion: String(this.workspace.store.lastEvent()), by: "Ann", ...request });
  }

  async run(request: Partial<StartRequest> & { signal?: AbortSignal } = {}): Promise<RunRecord> {
    const { signal, ...rest } = request;
    const { key } = await this.start(rest);
    return (await drive(this.context, key, signal ?? new AbortController().signal))!;
  }

  stored(key: string): RunRecord {
    return findPipelineRun(this.workspace.store, key)!;
  }

  /** All that is kept of the log of a step's last attempt. */
  log(run: RunRecord, stage = run.stages[0]!.name, step = 0): string {
    const attempt = run.stages.find(({ name }) => name === stage)!.steps[step]!.attempts.at(-1)!;
    return readLog(this.workspace.store, attempt.id, 0, 10_000).map(({ text }) => text).join("");
  }

  close(): void {
    this.workspace.host.http.close();
    this.workspace.store.close();
  }
}

export function pipelineYaml(stages: readonly string[], more = ""): string {
  return `version: 1\n${more}pipeline:\n${stages.map((stage) => `  - ${stage}\n`).join("")}`;
}

/** `evaluate passed: build passed, lint failed×3`: a run in a line a stage. */
export function picture(run: RunRecord): string[] {
  return run.stages.map(({ name, state, steps }) => `${name} ${state}: ${steps.map((step) => `${step.name} ${step.state}${step.attempts.length > 1 ? `×${step.attempts.length}` : ""}`).join(", ")}`);
}

/** Whether a process has ended; one that nobody has asked about yet (a zombie) has. */
export function isGone(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return true;
  }
}
