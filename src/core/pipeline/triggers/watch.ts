import type { StageConfig } from "../../config/schema.ts";
import { watchHead } from "../../git/headWatch.ts";
import type { Workspace } from "../../regression/workspace.ts";
import { lastSeen, setSeen } from "../../store/pipeline/seen.ts";
import type { Definition } from "../definition.ts";
import { definitionAt, type LaunchRequest } from "../launch.ts";
import { dataHash } from "./data.ts";
import { dueSince, instantsAround } from "./schedule.ts";

/** The wall clock may jump, and the machine may sleep: it is looked at least this often, in milliseconds. */
const LONGEST_WAIT_MS = 60_000;

export interface TriggerEvents {
  /** Something happened that starts stages. What has been seen is kept only when this resolves. */
  readonly due: (request: LaunchRequest, definition: Definition) => Promise<void>;
  /** HEAD is elsewhere: what is shown of stages may be of another commit by now. */
  readonly headMoved: () => void;
  readonly failed: (error: unknown) => void;
}

/** Looks for what starts stages in one workspace: commits, instants, changed data. */
export class TriggerWatch {
  private readonly workspace: Workspace;
  private readonly events: TriggerEvents;
  private readonly control = new AbortController();
  private readonly stopHead: () => void;
  private looking: Promise<void> = Promise.resolve();
  private keepsTime = false;

  constructor(workspace: Workspace, events: TriggerEvents) {
    this.workspace = workspace;
    this.events = events;
    const { repository, host } = workspace;
    this.stopHead = repository
      ? watchHead(repository, host.clock, ({ commit, isNew }) => {
          events.headMoved();
          this.definitionMayHaveChanged();
          if (isNew && commit !== undefined) void this.attempt(() => this.committed(commit));
        })
      : () => {};
    void this.keepTime();
  }

  /** `llmops.yaml` may be another: time is kept for the schedules that it has now. */
  definitionMayHaveChanged(): void {
    void this.keepTime();
  }

  /** Files of some data may have changed: their contents are compared with what was last seen. Resolves when they have been. */
  dataMayHaveChanged(): Promise<void> {
    return this.attempt(() => this.lookAtData());
  }

  stop(): void {
    this.control.abort();
    this.stopHead();
  }

  private async committed(commit: string): Promise<void> {
    const definition = await this.definition(commit);
    if (definition.stages.some(({ trigger }) => trigger === "on-commit")) await this.events.due({ trigger: "on-commit", commit }, definition);
  }

  private async lookAtData(): Promise<void> {
    const definition = await this.definition();
    for (const { name, data } of definition.stages) {
      if (data === undefined) continue;
      const what = `data:${name}`;
      const hash = await dataHash(this.workspace, data, this.control.signal);
      const seen = lastSeen(this.workspace.store, what);
      if (seen === hash) continue;
      // What lay there when it was first looked at has not changed.
      if (seen !== undefined) await this.events.due({ trigger: "on-data-change", stages: [name], by: "a change of data" }, definition);
      setSeen(this.workspace.store, what, hash);
    }
  }

  /** As long as there are schedules; without one, nothing wakes an idle process. */
  private async keepTime(): Promise<void> {
    if (this.keepsTime) return;
    this.keepsTime = true;
    const { clock } = this.workspace.host;
    const { signal } = this.control;
    for (;;) {
      await this.attempt(() => this.lookAtSchedules());
      const schedules = scheduled(await this.definition().catch(() => undefined));
      if (schedules.length === 0 || signal.aborted) break;
      const now = clock.now();
      const next = Math.min(...schedules.map(({ schedule }) => instantsAround(schedule, now).next ?? Infinity), now + LONGEST_WAIT_MS);
      await clock.sleep(Math.max(next - now, 1), signal).catch(() => {});
    }
    this.keepsTime = false;
  }

  private async lookAtSchedules(): Promise<void> {
    const definition = await this.definition();
    const { store, host } = this.workspace;
    const now = host.clock.now();
    for (const { name, schedule } of scheduled(definition)) {
      const what = `schedule:${name}`;
      const seen = lastSeen(store, what);
      const due = seen === undefined ? undefined : dueSince(schedule, Number(seen), now);
      if (due !== undefined) {
        const late = now - due > LONGEST_WAIT_MS;
        await this.events.due({ trigger: "on-schedule", stages: [name], due, by: late ? `the schedule, late: it was due ${new Date(due).toISOString()}` : "the schedule" }, definition);
      }
      if (seen === undefined || due !== undefined) setSeen(store, what, String(due ?? now));
    }
  }

  private definition(commit?: string): Promise<Definition> {
    return definitionAt(this.workspace, commit);
  }

  /** One look after the other: two at the same time would both see the same change. */
  private attempt(look: () => Promise<void>): Promise<void> {
    this.looking = this.looking.then(() => (this.control.signal.aborted ? undefined : look())).catch((error) => {
      if (!this.control.signal.aborted) this.events.failed(error);
    });
    return this.looking;
  }
}

function scheduled(definition: Definition | undefined): { readonly name: string; readonly schedule: string }[] {
  return (definition?.stages ?? []).flatMap(({ name, schedule }: StageConfig) => (schedule === undefined ? [] : [{ name, schedule }]));
}
