/** Rollouts, every poll of them, and who did what. What a rollout is to become is stored before it is done. */
export const ROLLOUTS = `
  CREATE TABLE rollout (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    version TEXT,
    -- What it steers: no two open rollouts have the same.
    target TEXT NOT NULL,
    -- JSON, frozen when it began.
    plan INTEGER NOT NULL REFERENCES output(id),
    state TEXT NOT NULL CHECK (state IN ('running', 'paused', 'rolling-back', 'promoted', 'rolled-back')),
    reason TEXT,
    step INTEGER NOT NULL,
    -- Percent: what the target is to have, and what was last read from it.
    wanted REAL NOT NULL,
    applied REAL,
    -- JSON: the evidence, and the counters as they were last read.
    progress TEXT NOT NULL,
    started_by TEXT,
    created_at INTEGER NOT NULL,
    ended_at INTEGER
  );
  CREATE UNIQUE INDEX rollout_open ON rollout(target) WHERE ended_at IS NULL;
  CREATE TABLE rollout_poll (
    id INTEGER PRIMARY KEY,
    rollout INTEGER NOT NULL REFERENCES rollout(seq) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    step INTEGER NOT NULL,
    weight REAL,
    verdict TEXT NOT NULL,
    text TEXT NOT NULL,
    -- JSON of each metric's counts and evidence.
    metrics TEXT NOT NULL
  );
  CREATE INDEX rollout_poll_by_rollout ON rollout_poll(rollout, id);
  CREATE TABLE rollout_action (
    id INTEGER PRIMARY KEY,
    rollout INTEGER NOT NULL REFERENCES rollout(seq) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    done_by TEXT NOT NULL,
    text TEXT NOT NULL
  );
  CREATE INDEX rollout_action_by_rollout ON rollout_action(rollout, id);
  -- What people ask for; the controller takes it up.
  CREATE TABLE rollout_request (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    rollout INTEGER NOT NULL REFERENCES rollout(seq) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('pause', 'resume', 'promote', 'abort')),
    asked_by TEXT NOT NULL,
    taken_at INTEGER
  );
  -- Whoever may write for a rollout: the fence rises with each holder.
  CREATE TABLE rollout_lease (
    rollout INTEGER PRIMARY KEY REFERENCES rollout(seq) ON DELETE CASCADE,
    holder TEXT NOT NULL,
    fence INTEGER NOT NULL,
    beat INTEGER NOT NULL,
    ttl_ms INTEGER NOT NULL,
    pid INTEGER NOT NULL,
    machine TEXT NOT NULL
  );
`;
