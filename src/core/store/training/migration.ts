/**
 * Trainings, each beside its experiment run, which has its status, times, commit, data and metrics. What a
 * training is about to do is stored before it does it.
 */
export const TRAINING = `
  CREATE TABLE training (
    run INTEGER PRIMARY KEY REFERENCES experiment_run(id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    -- The step of the pipeline's run that started it.
    origin TEXT,
    -- JSON: the entry of llmops.yaml as it was, and what the decision is planned to be.
    definition TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    -- SHA-256 of the data, and of that which the loss is measured on.
    data TEXT,
    validation TEXT,
    submitted_at INTEGER,
    -- The trainer's own id of its job, and how much of its log has been read.
    job TEXT,
    seen TEXT,
    model TEXT,
    production TEXT,
    eval TEXT,
    -- JSON.
    decision TEXT,
    started_by TEXT,
    cancelled_by TEXT
  );
  CREATE INDEX training_by_name ON training(name, run);
  CREATE INDEX training_by_origin ON training(origin) WHERE origin IS NOT NULL;
  CREATE TABLE training_log (
    run INTEGER NOT NULL REFERENCES training(run) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    line TEXT NOT NULL,
    PRIMARY KEY (run, seq)
  ) WITHOUT ROWID;
  -- What each version of a data file was, and who has seen it.
  CREATE TABLE data_version (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path TEXT NOT NULL,
    hash TEXT NOT NULL,
    at INTEGER NOT NULL,
    -- JSON of its report.
    report TEXT NOT NULL,
    UNIQUE (path, hash)
  );
  CREATE TABLE model_version (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    model TEXT NOT NULL,
    -- The key of the training that made it.
    training TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    UNIQUE (name, version)
  );
`;
