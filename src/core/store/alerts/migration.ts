/**
 * Alerts. A change of state and what is to be sent of it are one transaction: none is lost, and each is delivered at
 * least once.
 */
export const ALERTS = `
  CREATE TABLE alert_state (
    -- SHA-256 of the rule's name and the labels: one alert.
    fingerprint TEXT PRIMARY KEY,
    rule TEXT NOT NULL,
    labels TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('inactive', 'pending', 'firing')),
    since INTEGER NOT NULL,
    clear_since INTEGER,
    -- Counts its firings.
    episode INTEGER NOT NULL,
    value REAL,
    seen_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE alert_outbox (
    id INTEGER PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    episode INTEGER NOT NULL,
    transition TEXT NOT NULL CHECK (transition IN ('firing', 'resolved')),
    action TEXT NOT NULL,
    -- What changed at the same time goes out together, and again together.
    batch TEXT NOT NULL,
    -- JSON of what is said.
    notice TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('held', 'queued', 'sending', 'sent', 'dead')),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER NOT NULL,
    reason TEXT,
    UNIQUE (fingerprint, episode, transition, action)
  );
  CREATE INDEX alert_outbox_due ON alert_outbox(next_at) WHERE state IN ('queued', 'sending');
  CREATE TABLE alert_silence (
    id TEXT PRIMARY KEY,
    -- JSON: labels that an alert must have, with the rule's name as alertname.
    matchers TEXT NOT NULL,
    ends_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    comment TEXT NOT NULL,
    at INTEGER NOT NULL
  ) WITHOUT ROWID;
`;
