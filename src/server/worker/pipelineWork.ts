import type { Host } from "../../core/host.ts";
import { DecisionRefused, decideStage, settleUnknown } from "../../core/pipeline/decisions.ts";
import { commandsOf, type Definition, definitionHash, includes } from "../../core/pipeline/definition.ts";
import { definitionAt, launch, type LaunchRequest, rerunRequest } from "../../core/pipeline/launch.ts";
import { evalsOf, overviewOf } from "../../core/pipeline/overview.ts";
import { startPromotion } from "../../core/pipeline/promotion.ts";
import { drive } from "../../core/pipeline/run/drive.ts";
import { NothingToRun } from "../../core/pipeline/start.ts";
import { TriggerWatch } from "../../core/pipeline/triggers/watch.ts";
import { ProblemError } from "../../core/problem.ts";
import { personOf, type Workspace } from "../../core/regression/workspace.ts";
import { readLog } from "../../core/store/pipeline/logs.ts";
import { findPipelineRun, listPipelineRuns, openPipelineRuns } from "../../core/store/pipeline/records.ts";
import { definitionOf, requestCancel } from "../../core/store/pipeline/transitions.ts";
import { watchStore } from "../../core/store/watch.ts";
import { pipelineRollouts } from "../../engine/controller/context.ts";
import { engineFiles } from "../../engine/ownFiles.ts";
import type { PipelineAction, PipelineConsent, PipelineRunDetails, Started } from "../../protocol/pipeline.ts";
import { LiveOutput } from "./liveOutput.ts";

export interface PipelineWorkOptions {
  readonly host: Host;
  readonly sandbox: (workspace: Workspace) => Promise<string>;
  readonly mayCall: (origin: string) => boolean;
  /** Asks a person whether a definition may run here; remembered by the editor. */
  readonly ask: (consent: PipelineConsent) => Promise<boolean>;
  readonly isAgreed: (hash: string) => boolean;
  readonly changed: (folder: string) => void;
  readonly output: (text: string) => void;
}

interface Opened {
  readonly folder: string;
  readonly workspace: Workspace;
  readonly triggers: TriggerWatch;
}

/** Everything the server asks of pipelines: it watches what starts them, and drives their runs. */
export class PipelineWork {
  private readonly options: PipelineWorkOptions;
  private readonly opened = new Map<string, Opened>();
  private readonly live: LiveOutput;

  constructor(options: PipelineWorkOptions) {
    this.options = options;
    this.live = new LiveOutput(options.host.clock, options.output);
  }

  async perform(folder: string, workspace: Workspace, action: PipelineAction): Promise<unknown> {
    const { store, host } = workspace;
    const opened = this.open(folder, workspace);
    switch (action.kind) {
      case "overview":
        opened.triggers.definitionMayHaveChanged();
        return overviewOf(workspace);
      case "run":
        return this.start(opened, { trigger: action.trigger, stages: action.stages, again: true }, true);
      case "rerun":
        return this.start(opened, rerunRequest(store, action.run), true);
      case "resume":
        return this.guarded(async () => ((await this.agree(opened, JSON.parse(definitionOf(store, action.run)) as Definition, "you", true)) ? this.drive(opened, action.run) : NOT_AGREED));
      case "promote":
        return this.guarded(async () => ((await this.agree(opened, await definitionAt(workspace, undefined), "you", true)) ? this.drive(opened, await startPromotion(workspace, action)) : NOT_AGREED));
      case "cancel":
        requestCancel(store, action.run, await personOf(workspace), host.clock.now());
        return this.drive(opened, action.run);
      case "decide":
        return this.guarded(async () => {
          decideStage(workspace, { ...action, by: await personOf(workspace) });
          return this.drive(opened, action.run);
        });
      case "settle":
        return this.guarded(async () => {
          settleUnknown(workspace, { ...action, by: await personOf(workspace) });
          return this.drive(opened, action.run);
        });
      case "history":
        return listPipelineRuns(store, action);
      case "show": {
        const run = findPipelineRun(store, action.run);
        return run ? ({ run, evals: Object.fromEntries(run.stages.map((stage) => [stage.name, evalsOf(workspace, stage)])) } satisfies PipelineRunDetails) : null;
      }
      case "log":
        return readLog(store, action.attempt, 0, Number.MAX_SAFE_INTEGER).map(({ text }) => text).join("");
      case "dataChanged":
        void opened.triggers.dataMayHaveChanged();
        return null;
    }
  }

  /** Begins to watch a workspace, once; what a crash cut off here goes on. */
  private open(folder: string, workspace: Workspace): Opened {
    const known = this.opened.get(workspace.root);
    if (known) return known;
    const { store, host } = workspace;
    const triggers = new TriggerWatch(workspace, {
      due: async (request, definition) => {
        if (await this.agree(opened, definition, `${BECAUSE[request.trigger]}`, false)) await this.start(opened, request, false);
      },
      headMoved: () => this.options.changed(folder),
      failed: (error) => host.log.warn(`The pipeline of ${folder}: ${error instanceof Error ? error.message : String(error)}`),
    });
    const opened: Opened = { folder, workspace, triggers };
    this.opened.set(workspace.root, opened);
    let seen = store.lastEvent();
    watchStore(store, host.clock, () => {
      const events = store.eventsAfter(seen);
      seen = events.at(-1)?.seq ?? seen;
      if (events.some(({ kind }) => kind === "pipeline-changed")) this.options.changed(folder);
    });
    void triggers.dataMayHaveChanged();
    void this.resumeCutOff(opened);
    return opened;
  }

  /** A store can come with a repository, consent cannot: only runs of a definition that was agreed to go on by themselves. */
  private async resumeCutOff(opened: Opened): Promise<void> {
    const { store } = opened.workspace;
    for (const { key, commit, state } of openPipelineRuns(store)) {
      if (state === "waiting") continue;
      const definition = await definitionAt(opened.workspace, commit).catch(() => undefined);
      const isKnown = definition !== undefined && this.options.isAgreed(definitionHash(definition)) && includes(definition, JSON.parse(definitionOf(store, key)) as Definition);
      if (isKnown) this.drive(opened, key, this.options.mayCall);
    }
  }

  private start(opened: Opened, request: LaunchRequest, byPerson: boolean): Promise<Started> {
    return this.guarded(async () => {
      const definition = await definitionAt(opened.workspace, request.commit);
      if (byPerson && !(await this.agree(opened, definition, "you", true))) return NOT_AGREED;
      const { key } = await launch(opened.workspace, request);
      return this.drive(opened, key, byPerson ? undefined : this.options.mayCall);
    });
  }

  private async agree({ folder }: Opened, definition: Definition, because: string, byPerson: boolean): Promise<boolean> {
    const hash = definitionHash(definition);
    return this.options.isAgreed(hash) || this.options.ask({ folder, hash, because, byPerson, commands: commandsOf(definition) });
  }

  /** In the background: what becomes of the run is told by the store. A person who starts it agrees to what it calls. */
  private drive({ folder, workspace }: Opened, key: string, mayCall?: (origin: string) => boolean): Started {
    const { host, sandbox } = this.options;
    const context = { workspace, sandbox: () => sandbox(workspace), mayCall, engineFiles, rollouts: pipelineRollouts(workspace, process.argv[1] as string), onOutput: this.live.add.bind(this.live) };
    void drive(context, key, new AbortController().signal).catch((error) => host.log.error(`The run ${key} of ${folder} cannot go on: ${error instanceof Error ? error.stack : String(error)}`));
    return { run: key };
  }

  private async guarded(work: () => Promise<Started>): Promise<Started> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof NothingToRun || error instanceof ProblemError || error instanceof DecisionRefused) return { message: error.message };
      throw error;
    }
  }
}

const NOT_AGREED: Started = { message: "Nothing was started." };
const BECAUSE = { "on-commit": "a commit", "on-schedule": "its schedule", "on-data-change": "a change of data", manual: "you" } as const;
