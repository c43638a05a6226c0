import type { DatabaseSync } from "node:sqlite";
import { ALERTS } from "./alerts/migration.ts";
import { COMMENTS, EXPERIMENTS, LOGGED_NAMES } from "./experiments/migration.ts";
import { JOBS } from "./jobs.ts";
import { PLAYBOOKS } from "./playbooks/migration.ts";
import { ROLLOUTS } from "./rollouts/migration.ts";
import { TRAINING } from "./training/migration.ts";

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
  // Pipelines: every transition of a run is a row's new state, and the intent to start a process is stored before it.
  `
  CREATE TABLE pipeline_run (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    trigger TEXT NOT NULL,
    -- Of what started it and what it does: a second window that sees the same commit attaches instead of starting another.
    trigger_key TEXT NOT NULL UNIQUE,
    commit_id TEXT,
    -- JSON of the stages as they were when it began: it goes on by them, whatever llmops.yaml says by then.
    definition INTEGER NOT NULL REFERENCES output(id),
    state TEXT NOT NULL,
    reason TEXT,
    started_by TEXT,
    cancelled_by TEXT,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    ended_at INTEGER
  );
  CREATE TABLE pipeline_stage (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES pipeline_run(id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    -- Content hash of what its eval steps judged.
    version TEXT,
    started_at INTEGER,
    ended_at INTEGER,
    UNIQUE (run, name)
  );
  CREATE INDEX pipeline_stage_by_name ON pipeline_stage(name, id);
  CREATE TABLE pipeline_step (
    id INTEGER PRIMARY KEY,
    stage INTEGER NOT NULL REFERENCES pipeline_stage(id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    name TEXT NOT NULL,
    effect TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    UNIQUE (stage, name)
  );
  CREATE TABLE pipeline_attempt (
    id INTEGER PRIMARY KEY,
    -- Carried by its processes in their environment: what a crash left running is found by it.
    key TEXT NOT NULL UNIQUE,
    step INTEGER NOT NULL REFERENCES pipeline_step(id) ON DELETE CASCADE,
    n INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    intent_at INTEGER NOT NULL,
    spawned_at INTEGER,
    ended_at INTEGER,
    duration_ms REAL,
    machine TEXT NOT NULL,
    pid INTEGER,
    process_start TEXT,
    boot TEXT,
    exit_code INTEGER,
    signal TEXT,
    log_bytes INTEGER NOT NULL DEFAULT 0,
    dropped_bytes INTEGER NOT NULL DEFAULT 0,
    -- Content hash of what it judged, and JSON of the ids of the runs of suites that it made.
    version TEXT,
    evals TEXT,
    UNIQUE (step, n)
  );
  CREATE TABLE pipeline_log (
    id INTEGER PRIMARY KEY,
    attempt INTEGER NOT NULL REFERENCES pipeline_attempt(id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    body BLOB NOT NULL,
    UNIQUE (attempt, seq)
  );
  CREATE TABLE pipeline_approval (
    stage INTEGER PRIMARY KEY REFERENCES pipeline_stage(id) ON DELETE CASCADE,
    -- Of what the person saw: a decision on other evidence does not count.
    evidence TEXT NOT NULL,
    state TEXT NOT NULL,
    decided_by TEXT,
    decided_at INTEGER,
    comment TEXT
  );
  `,
  // What started stages was last seen as, so that a window that opens knows what is new.
  `CREATE TABLE pipeline_seen (what TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;`,
  // A version's way through the environments.
  `
  CREATE TABLE deployment (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    environment TEXT NOT NULL,
    commit_id TEXT,
    version TEXT,
    model TEXT,
    run TEXT NOT NULL,
    state TEXT NOT NULL,
    deployed_by TEXT,
    at INTEGER NOT NULL
  );
  CREATE INDEX deployment_by_environment ON deployment(environment, at);
  `,
  EXPERIMENTS,
  COMMENTS,
  JOBS,
  TRAINING,
  ROLLOUTS,
  ALERTS,
  PLAYBOOKS,
  LOGGED_NAMES,
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
