import type { Store } from "../store.ts";

/** A piece of an attempt's log. Where a number is missing in a row of them, the middle of the log was dropped. */
export interface LogChunk {
  readonly seq: number;
  readonly at: number;
  readonly text: string;
}

/** Appends a piece, and drops an older one where the log has become too long; `beside` is stored with it. */
export function appendLog(store: Store, attempt: number, chunk: { readonly seq: number; readonly at: number; readonly body: Buffer }, drop: { readonly seq: number; readonly bytes: number }[], beside?: () => void): void {
  store.write(() => {
    beside?.();
    store.run("INSERT INTO pipeline_log (attempt, seq, at, body) VALUES (?, ?, ?, ?)", attempt, chunk.seq, chunk.at, chunk.body);
    for (const { seq } of drop) store.run("DELETE FROM pipeline_log WHERE attempt = ? AND seq = ?", attempt, seq);
    const dropped = drop.reduce((sum, { bytes }) => sum + bytes, 0);
    store.run("UPDATE pipeline_attempt SET log_bytes = log_bytes + ?, dropped_bytes = dropped_bytes + ? WHERE id = ?", chunk.body.length, dropped, attempt);
  });
}

/** At most `limit` pieces after the one with number `after` (0: from the beginning), in order. */
export function readLog(store: Store, attempt: number, after: number, limit: number): LogChunk[] {
  return store
    .all<{ seq: number; at: number; body: Uint8Array }>("SELECT seq, at, body FROM pipeline_log WHERE attempt = ? AND seq > ? ORDER BY seq LIMIT ?", attempt, after, limit)
    .map(({ seq, at, body }) => ({ seq, at, text: Buffer.from(body).toString("utf8") }));
}

/** How much there is of an attempt's log: the number of its last piece, and bytes of all. */
export function storedLog(store: Store, attempt: number): { readonly seq: number; readonly bytes: number } {
  return store.get<{ seq: number; bytes: number }>("SELECT coalesce(max(seq), 0) AS seq, coalesce(sum(length(body)), 0) AS bytes FROM pipeline_log WHERE attempt = ?", attempt)!;
}
