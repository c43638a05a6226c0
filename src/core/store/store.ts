import { createHash } from "node:crypto";
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";

/** Something that happened, in the order it was stored. `subject` is the id of a run (of a suite, of the pipeline, a training, or a rollout) or a suite's path. */
export interface StoreEvent {
  readonly seq: number;
  readonly at: number;
  readonly kind: EventKind;
  readonly subject: string;
}

export type EventKind = "run-started" | "run-ended" | "baseline-accepted" | "version-recorded" | "pipeline-changed" | "experiment-changed" | "training-changed" | "rollout-changed" | "alert-changed" | "playbook-changed";

/**
 * The workspace's memory. Every write is one immediate transaction: a deferred one fails with "busy"
 * by the hundred when two processes write. The folders beside this file hold what is kept, one file
 * a subject; all of them use this connection and none another.
 */
export class Store {
  readonly db: DatabaseSync;
  /** Where the store lives; `undefined` when it is only in memory. */
  readonly directory: string | undefined;
  /** Why the store is not the usual one (read-only folder, newer version, set aside as damaged); for people. */
  readonly notice: string | undefined;
  private readonly statements = new Map<string, StatementSync>();
  private readonly committed: () => void;

  /** `committed` is called after every transaction that wrote. Use `openStore`. */
  constructor(db: DatabaseSync, directory: string | undefined, notice: string | undefined, committed: () => void) {
    this.db = db;
    this.directory = directory;
    this.notice = notice;
    this.committed = committed;
  }

  /** Runs `work` as one transaction: all of it is stored, or nothing. */
  write<T>(work: () => T): T {
    this.db.exec("BEGIN IMMEDIATE");
    let result: T;
    try {
      result = work();
      this.db.exec("COMMIT");
    } catch (error) {
      // A full disk has rolled back already; a second rollback would throw and hide the cause.
      if (this.db.isTransaction) this.db.exec("ROLLBACK");
      throw error;
    }
    this.committed();
    return result;
  }

  run(sql: string, ...values: SQLInputValue[]): { changes: number; lastId: number } {
    const { changes, lastInsertRowid } = this.prepare(sql).run(...values);
    return { changes: Number(changes), lastId: Number(lastInsertRowid) };
  }

  get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.prepare(sql).get(...values) as Row | undefined;
  }

  all<Row>(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.prepare(sql).all(...values) as Row[];
  }

  /** Appends to the stream; call it inside the transaction of what it tells. */
  emit(kind: EventKind, subject: string, at: number): void {
    this.run("INSERT INTO event (at, kind, subject) VALUES (?, ?, ?)", at, kind, subject);
  }

  eventsAfter(seq: number): StoreEvent[] {
    return this.all<StoreEvent>("SELECT seq, at, kind, subject FROM event WHERE seq > ? ORDER BY seq", seq);
  }

  lastEvent(): number {
    return this.get<{ seq: number }>("SELECT coalesce(max(seq), 0) AS seq FROM event")?.seq ?? 0;
  }

  /** Stores a body once by its content and returns its id. */
  putBody(body: string): number {
    const hash = contentHash(body);
    const known = this.get<{ id: number }>("SELECT id FROM output WHERE hash = ?", hash);
    return known?.id ?? this.run("INSERT INTO output (hash, body) VALUES (?, ?)", hash, body).lastId;
  }

  body(id: number): string | undefined {
    return this.get<{ body: string }>("SELECT body FROM output WHERE id = ?", id)?.body;
  }

  close(): void {
    this.statements.clear();
    this.db.close();
  }

  private prepare(sql: string): StatementSync {
    let statement = this.statements.get(sql);
    if (!statement) {
      statement = this.db.prepare(sql);
      this.statements.set(sql, statement);
    }
    return statement;
  }
}

/** SHA-256 in hexadecimal. */
export function contentHash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
