import type { Store } from "../store.ts";

export interface Execution {
  readonly id: string;
  /** Path relative to the workspace. */
  readonly playbook: string;
  /** Name of the alert that it was started for. */
  readonly alert: string | undefined;
  readonly startedBy: string;
  readonly startedAt: number;
}

export type EventOfPlaybook = "started" | "agreed" | "declined" | "step-started" | "output" | "passed" | "failed" | "ended";

export interface TimelineEntry {
  readonly at: number;
  readonly kind: EventOfPlaybook;
  readonly step: string | null;
  readonly text: string;
}

export function startExecution(store: Store, { id, playbook, alert, startedBy, startedAt }: Execution, body: string): void {
  store.write(() => {
    store.run("INSERT INTO playbook_execution (id, playbook, body, alert, started_by, started_at) VALUES (?, ?, ?, ?, ?, ?)", id, playbook, store.putBody(body), alert ?? null, startedBy, startedAt);
    append(store, id, { at: startedAt, kind: "started", step: null, text: alert === undefined ? "" : `for the alert ${alert}` });
  });
}

export function addEntry(store: Store, execution: string, entry: TimelineEntry): void {
  store.write(() => append(store, execution, entry));
}

function append(store: Store, execution: string, { at, kind, step, text }: TimelineEntry): void {
  store.run("INSERT INTO playbook_event (execution, at, kind, step, text) VALUES (?, ?, ?, ?, ?)", execution, at, kind, step, text);
  store.emit("playbook-changed", execution, at);
}

export function timelineOf(store: Store, execution: string): TimelineEntry[] {
  return store.all<TimelineEntry>("SELECT at, kind, step, text FROM playbook_event WHERE execution = ? ORDER BY seq", execution);
}

/** The newest first; with a beginning of the id only those. */
export function executions(store: Store, prefix = ""): Execution[] {
  const rows = store.all<{ id: string; playbook: string; alert: string | null; started_by: string; started_at: number }>("SELECT id, playbook, alert, started_by, started_at FROM playbook_execution WHERE substr(id, 1, length(?1)) = ?1 ORDER BY started_at DESC LIMIT 100", prefix);
  return rows.map(({ id, playbook, alert, started_by, started_at }) => ({ id, playbook, alert: alert ?? undefined, startedBy: started_by, startedAt: started_at }));
}
