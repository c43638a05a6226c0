import type { Store } from "../store.ts";

export type AlertPhase = "inactive" | "pending" | "firing";

/** What is known of one alert: a rule, for one set of labels. Times are milliseconds since the epoch. */
export interface AlertState {
  readonly fingerprint: string;
  readonly rule: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: AlertPhase;
  readonly since: number;
  /** Since when a firing one is below what clears it. */
  readonly clearSince: number | undefined;
  readonly episode: number;
  /** The last that was measured. */
  readonly value: number | undefined;
}

interface Row {
  readonly fingerprint: string;
  readonly rule: string;
  readonly labels: string;
  readonly state: AlertPhase;
  readonly since: number;
  readonly clear_since: number | null;
  readonly episode: number;
  readonly value: number | null;
}

export function alertStates(store: Store): AlertState[] {
  const rows = store.all<Row>("SELECT fingerprint, rule, labels, state, since, clear_since, episode, value FROM alert_state ORDER BY rule, fingerprint");
  return rows.map(({ labels, clear_since, value, ...row }) => ({ ...row, labels: JSON.parse(labels) as Record<string, string>, clearSince: clear_since ?? undefined, value: value ?? undefined }));
}

/** Inside a transaction. */
export function setAlertState(store: Store, { fingerprint, rule, labels, state, since, clearSince, episode, value }: AlertState, at: number): void {
  store.run(
    "INSERT OR REPLACE INTO alert_state (fingerprint, rule, labels, state, since, clear_since, episode, value, seen_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    fingerprint, rule, JSON.stringify(labels), state, since, clearSince ?? null, episode, value ?? null, at,
  );
}

/** A silence holds back what is sent of the alerts that have all of its labels. */
export interface Silence {
  readonly id: string;
  readonly matchers: Readonly<Record<string, string>>;
  readonly endsAt: number;
  readonly by: string;
  readonly comment: string;
}

export function silences(store: Store, now: number): Silence[] {
  const rows = store.all<{ id: string; matchers: string; ends_at: number; created_by: string; comment: string }>("SELECT id, matchers, ends_at, created_by, comment FROM alert_silence WHERE ends_at > ? ORDER BY ends_at", now);
  return rows.map(({ id, matchers, ends_at, created_by, comment }) => ({ id, matchers: JSON.parse(matchers) as Record<string, string>, endsAt: ends_at, by: created_by, comment }));
}

export function addSilence(store: Store, { id, matchers, endsAt, by, comment }: Silence, at: number): void {
  store.write(() => {
    store.run("INSERT INTO alert_silence (id, matchers, ends_at, created_by, comment, at) VALUES (?, ?, ?, ?, ?, ?)", id, JSON.stringify(matchers), endsAt, by, comment, at);
    store.emit("alert-changed", id, at);
  });
}

/** @returns whether there was one. */
export function endSilence(store: Store, id: string, at: number): boolean {
  return store.write(() => {
    const { changes } = store.run("UPDATE alert_silence SET ends_at = ? WHERE id = ? AND ends_at > ?", at, id, at);
    if (changes > 0) store.emit("alert-changed", id, at);
    return changes > 0;
  });
}
