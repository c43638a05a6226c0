import type { Store } from "../store.ts";

export type Transition = "firing" | "resolved";

/** Something to be sent: what changed of one alert, to one action. */
export interface Outgoing {
  readonly fingerprint: string;
  readonly episode: number;
  readonly transition: Transition;
  readonly action: string;
  readonly batch: string;
  /** JSON. */
  readonly notice: string;
}

export interface StoredOutgoing extends Outgoing {
  readonly id: number;
  readonly state: "held" | "queued" | "sending" | "sent" | "dead";
  readonly attempts: number;
  readonly reason: string | null;
}

const COLUMNS = "id, fingerprint, episode, transition, action, batch, notice, state, attempts, reason";

/** Inside a transaction. `held`: silenced. What is there already stays as it is. */
export function enqueue(store: Store, { fingerprint, episode, transition, action, batch, notice }: Outgoing, held: boolean, at: number): void {
  store.run(
    "INSERT INTO alert_outbox (fingerprint, episode, transition, action, batch, notice, state, next_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    fingerprint, episode, transition, action, batch, notice, held ? "held" : "queued", at,
  );
}

/** Of an alert's episode: what was, or is to be, sent of its firing. */
export function firingsOf(store: Store, fingerprint: string, episode: number): StoredOutgoing[] {
  return store.all<StoredOutgoing>(`SELECT ${COLUMNS} FROM alert_outbox WHERE fingerprint = ? AND episode = ? AND transition = 'firing'`, fingerprint, episode);
}

/** Inside a transaction: what was held back goes out after all, or never. */
export function release(store: Store, id: number, state: "queued" | "dead", at: number): void {
  store.run("UPDATE alert_outbox SET state = ?, next_at = ?, reason = ? WHERE id = ? AND state = 'held'", state, at, state === "dead" ? "It was silenced, and has resolved." : null, id);
}

/** A batch that is due. */
export interface Claim {
  readonly action: string;
  readonly batch: string;
  readonly transition: Transition;
  readonly rows: readonly StoredOutgoing[];
  /** A sender has died between sending it and saying so. */
  readonly mayRepeat: boolean;
}

/**
 * Takes the batch that has been due the longest, for a time after which another sender may take it. Of an alert, what
 * says that it is resolved waits for what says that it fires.
 */
export function claimBatch(store: Store, now: number, forMs: number): Claim | undefined {
  return store.write(() => {
    const due = store.get<{ action: string; batch: string; transition: Transition; repeat: number }>(
      `SELECT action, batch, transition, max(state = 'sending') AS repeat FROM alert_outbox o WHERE state IN ('queued', 'sending') AND next_at <= ?
        AND NOT EXISTS (SELECT 1 FROM alert_outbox f WHERE o.transition = 'resolved' AND f.fingerprint = o.fingerprint AND f.episode = o.episode AND f.action = o.action AND f.transition = 'firing' AND f.state IN ('queued', 'sending'))
        GROUP BY action, batch, transition ORDER BY min(next_at), min(id) LIMIT 1`,
      now,
    );
    if (!due) return undefined;
    const { action, batch, transition } = due;
    store.run("UPDATE alert_outbox SET state = 'sending', attempts = attempts + 1, next_at = ? WHERE action = ? AND batch = ? AND transition = ? AND state IN ('queued', 'sending')", now + forMs, action, batch, transition);
    const rows = store.all<StoredOutgoing>(`SELECT ${COLUMNS} FROM alert_outbox WHERE action = ? AND batch = ? AND transition = ? AND state = 'sending' ORDER BY id`, action, batch, transition);
    return { action, batch, transition, rows, mayRepeat: due.repeat === 1 };
  });
}

/** What became of a batch: sent; to be sent again; or given up. */
export function settleBatch(store: Store, { action, batch, transition }: Claim, result: { readonly state: "sent" | "queued" | "dead"; readonly nextAt: number; readonly reason: string | undefined }, at: number): void {
  store.write(() => {
    store.run("UPDATE alert_outbox SET state = ?, next_at = ?, reason = ? WHERE action = ? AND batch = ? AND transition = ? AND state = 'sending'", result.state, result.nextAt, result.reason ?? null, action, batch, transition);
    store.emit("alert-changed", batch, at);
  });
}

/** Deliveries that wait or were given up, the newest first. */
export function openDeliveries(store: Store): StoredOutgoing[] {
  return store.all<StoredOutgoing>(`SELECT ${COLUMNS} FROM alert_outbox WHERE state IN ('queued', 'sending', 'dead') AND reason IS NOT NULL ORDER BY id DESC LIMIT 100`);
}
