/** Executions of playbooks; what happened in one is only ever appended to. */
export const PLAYBOOKS = `
  CREATE TABLE playbook_execution (
    id TEXT PRIMARY KEY,
    playbook TEXT NOT NULL,
    -- Its text as it was.
    body INTEGER NOT NULL REFERENCES output(id),
    alert TEXT,
    started_by TEXT NOT NULL,
    started_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE playbook_event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    execution TEXT NOT NULL REFERENCES playbook_execution(id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    step TEXT,
    text TEXT NOT NULL
  );
  CREATE INDEX playbook_event_by_execution ON playbook_event(execution, seq);
`;
