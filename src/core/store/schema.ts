import type { DatabaseSync } from "node:sqlite";

/**
 * The store's migrations, oldest first: migration i takes a store from `user_version` i to i + 1.
 * A landed migration is never edited; a change is a new one.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL
  );
  -- Bodies once by content; the hash is an index, not the key of the bodies: that costs 7 times the space and time.
  CREATE TABLE output (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL
  );
  CREATE TABLE answer (
    key TEXT PRIMARY KEY,
    output INTEGER NOT NULL REFERENCES output(id),
    at INTEGER NOT NULL,
    latency_ms REAL NOT NULL,
    input_tokens INTEGER,
    output_tokens INTEGER,
    cost REAL,
    finish TEXT,
    fingerprint TEXT
  );
  CREATE TABLE version (
    hash TEXT PRIMARY KEY,
    suite TEXT NOT NULL,
    at INTEGER NOT NULL
  );
  CREATE INDEX version_by_suite ON version(suite, at);
  CREATE TABLE version_file (
    version TEXT NOT NULL REFERENCES version(hash) ON DELETE CASCADE,
    path TEXT NOT NULL,
    body INTEGER NOT NULL REFERENCES output(id),
    PRIMARY KEY (version, path)
  ) WITHOUT ROWID;
  CREATE TABLE run (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    suite TEXT NOT NULL,
    trigger TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'finished', 'cancelled', 'failed', 'interrupted')),
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    pid INTEGER NOT NULL,
    host TEXT NOT NULL,
    version TEXT NOT NULL,
    commit_id TEXT,
    dirty INTEGER,
    partial INTEGER NOT NULL DEFAULT 0,
    total INTEGER NOT NULL DEFAULT 0,
    done INTEGER NOT NULL DEFAULT 0,
    verdict TEXT,
    report TEXT
  );
  CREATE INDEX run_by_suite ON run(suite, seq);
  CREATE TABLE result (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES run(seq) ON DELETE CASCADE,
    series TEXT NOT NULL,
    case_id TEXT NOT NULL,
    arm TEXT NOT NULL,
    repeat INTEGER NOT NULL,
    status TEXT NOT NULL,
    score REAL,
    output INTEGER REFERENCES output(id),
    latency_ms REAL,
    cached INTEGER NOT NULL,
    tokens INTEGER,
    cost REAL,
    detail TEXT,
    UNIQUE (run, series, case_id, arm, repeat)
  );
  `,
  // JSON: perplexity is judged by the tokens of a cached answer as by those of a fresh one.
  `ALTER TABLE answer ADD COLUMN log_probs TEXT;`,
];

export const SCHEMA_VERSION = MIGRATIONS.length;

export function userVersion(db: DatabaseSync): number {
  return Number((db.prepare("PRAGMA user_version").get() as { user_version: number }).user_version);
}

/** Brings a store up to date in one transaction; another process may be doing the same. */
export function migrate(db: DatabaseSync): void {
  if (userVersion(db) >= SCHEMA_VERSION) return;
  db.exec("BEGIN IMMEDIATE");
  try {
    for (let version = userVersion(db); version < SCHEMA_VERSION; version++) db.exec(MIGRATIONS[version] as string);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    db.exec("COMMIT");
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}
