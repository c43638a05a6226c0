/**
 * Experiment runs. A suite's run is one of them, and its row here only points at it: what "run" says is not
 * said again. The numbers of its report are indexed by a trigger, so that a search reads no reports.
 */
export const EXPERIMENTS = `
  CREATE TABLE experiment (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL
  );
  INSERT INTO experiment (id, name, at) VALUES (0, 'Default', 0);
  CREATE TABLE experiment_run (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    experiment INTEGER NOT NULL REFERENCES experiment(id),
    kind TEXT NOT NULL CHECK (kind IN ('eval', 'train', 'rollout', 'script')),
    -- Of a suite's run: name, status, times, commit and version are read from there.
    eval INTEGER UNIQUE REFERENCES run(seq) ON DELETE CASCADE,
    name TEXT,
    status TEXT CHECK (status IN ('running', 'completed', 'failed', 'cancelled')),
    started_at INTEGER,
    ended_at INTEGER,
    commit_id TEXT,
    dirty INTEGER,
    -- Content hashes: of the prompts' version, and JSON of each data file's.
    prompts TEXT,
    data TEXT,
    -- JSON: the machine it ran on.
    environment TEXT,
    parent INTEGER REFERENCES experiment_run(id) ON DELETE SET NULL,
    archived_at INTEGER
  );
  CREATE INDEX experiment_run_by_parent ON experiment_run(parent);
  CREATE TABLE metric_key (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  -- Every point once: logging it again changes nothing. SQLite has no NaN: it is the text 'NaN' here, and NULL in
  -- metric_last, where no comparison holds for it.
  CREATE TABLE metric (
    run INTEGER NOT NULL REFERENCES experiment_run(id) ON DELETE CASCADE,
    key INTEGER NOT NULL,
    step INTEGER NOT NULL,
    at INTEGER NOT NULL,
    value NOT NULL,
    PRIMARY KEY (run, key, step, at, value)
  ) WITHOUT ROWID;
  CREATE TABLE metric_last (
    run INTEGER NOT NULL REFERENCES experiment_run(id) ON DELETE CASCADE,
    key INTEGER NOT NULL,
    step INTEGER NOT NULL,
    at INTEGER NOT NULL,
    value REAL,
    PRIMARY KEY (run, key)
  ) WITHOUT ROWID;
  CREATE INDEX metric_last_by_value ON metric_last(key, value, run);
  CREATE TABLE run_param (
    run INTEGER NOT NULL REFERENCES experiment_run(id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (run, key)
  ) WITHOUT ROWID;
  CREATE TABLE run_tag (
    run INTEGER NOT NULL REFERENCES experiment_run(id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (run, key)
  ) WITHOUT ROWID;
  -- Files by content, in the folder "artifacts" beside the store.
  CREATE TABLE run_artifact (
    run INTEGER NOT NULL REFERENCES experiment_run(id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    hash TEXT NOT NULL,
    size INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (run, path)
  ) WITHOUT ROWID;

  CREATE VIEW tracked_run AS
    SELECT r.id, r.key, r.kind, x.name AS experiment, r.experiment AS experiment_id, r.eval, coalesce(r.name, e.suite) AS name,
      CASE WHEN r.eval IS NULL THEN r.status WHEN e.state = 'finished' THEN 'completed' ELSE e.state END AS status,
      coalesce(r.started_at, e.started_at) AS started_at, coalesce(r.ended_at, e.ended_at) AS ended_at,
      coalesce(r.commit_id, e.commit_id) AS commit_id, coalesce(r.dirty, e.dirty, 0) AS dirty,
      coalesce(r.prompts, e.version) AS prompts, r.data, r.environment, p.key AS parent, e.verdict, e.done, e.total, r.archived_at
    FROM experiment_run r JOIN experiment x ON x.id = r.experiment
      LEFT JOIN run e ON e.seq = r.eval LEFT JOIN experiment_run p ON p.id = r.parent;
  -- The series that decides the verdict stands for the run.
  CREATE VIEW eval_series AS
    SELECT r.id AS run, coalesce(e.ended_at, e.started_at) AS at,
      (SELECT value FROM json_each(e.report, '$.series') ORDER BY json_extract(value, '$.verdict') IS e.verdict DESC, key LIMIT 1) AS series
    FROM experiment_run r JOIN run e ON e.seq = r.eval WHERE json_valid(e.report);
  CREATE VIEW eval_metric AS
    SELECT run, at, json_extract(m.value, '$.name') AS name, CAST(json_extract(m.value, '$.current') AS REAL) AS value
    FROM eval_series, json_each(series, '$.metrics') m WHERE json_extract(m.value, '$.current') IS NOT NULL;
  CREATE VIEW eval_param AS
    SELECT run, p.key AS key, CAST(p.value AS TEXT) AS value
    FROM eval_series, json_each(json_object('prompt', json_extract(series, '$.label'), 'provider', json_extract(series, '$.provider'),
      'model', json_extract(series, '$.model'), 'cases', json_extract(series, '$.cases'), 'repeat', json_extract(series, '$.runs'))) p
    WHERE p.value IS NOT NULL;
  CREATE TRIGGER run_is_tracked AFTER INSERT ON run BEGIN
    INSERT INTO experiment (name, at) SELECT NEW.suite, NEW.started_at WHERE NOT EXISTS (SELECT 1 FROM experiment WHERE name = NEW.suite);
    INSERT INTO experiment_run (key, experiment, kind, eval) SELECT NEW.id, id, 'eval', NEW.seq FROM experiment WHERE name = NEW.suite;
  END;
  CREATE TRIGGER run_is_indexed AFTER UPDATE OF report ON run WHEN NEW.report IS NOT NULL BEGIN
    DELETE FROM metric WHERE run = (SELECT id FROM experiment_run WHERE eval = NEW.seq);
    DELETE FROM metric_last WHERE run = (SELECT id FROM experiment_run WHERE eval = NEW.seq);
    DELETE FROM run_param WHERE run = (SELECT id FROM experiment_run WHERE eval = NEW.seq);
    INSERT OR IGNORE INTO metric_key (name) SELECT name FROM eval_metric WHERE run = (SELECT id FROM experiment_run WHERE eval = NEW.seq);
    INSERT INTO metric (run, key, step, at, value)
      SELECT run, metric_key.id, 0, at, value FROM eval_metric JOIN metric_key USING (name) WHERE run = (SELECT id FROM experiment_run WHERE eval = NEW.seq);
    INSERT INTO metric_last (run, key, step, at, value)
      SELECT run, metric_key.id, 0, at, value FROM eval_metric JOIN metric_key USING (name) WHERE run = (SELECT id FROM experiment_run WHERE eval = NEW.seq);
    INSERT INTO run_param (run, key, value) SELECT run, key, value FROM eval_param WHERE run = (SELECT id FROM experiment_run WHERE eval = NEW.seq);
  END;
  INSERT INTO experiment (name, at) SELECT suite, min(started_at) FROM run WHERE suite <> 'Default' GROUP BY suite;
  INSERT INTO experiment_run (key, experiment, kind, eval) SELECT run.id, experiment.id, 'eval', seq FROM run JOIN experiment ON experiment.name = suite ORDER BY seq;
  UPDATE run SET report = report WHERE report IS NOT NULL;
`;

/** What people say of a run, or of one case in it. */
export const COMMENTS = `
  CREATE TABLE run_comment (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL REFERENCES experiment_run(id) ON DELETE CASCADE,
    case_id TEXT,
    body TEXT NOT NULL,
    written_by TEXT NOT NULL,
    at INTEGER NOT NULL
  );
  CREATE INDEX run_comment_by_run ON run_comment(run, case_id);
`;

/** The names of parameters and tags are asked for with every page of the table of runs. */
export const LOGGED_NAMES = `
  CREATE INDEX run_param_by_key ON run_param(key);
  CREATE INDEX run_tag_by_key ON run_tag(key);
`;
