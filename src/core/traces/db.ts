import { createHash } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { NAMES } from "./conventions.ts";
import { type Attributes, type Span, type SpanEvent, STATUS_ERROR } from "./span.ts";

const FILE = "traces.db";
const VERSION = 1;
const SCHEMA = `
  CREATE TABLE resource (id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, attrs TEXT NOT NULL);
  CREATE TABLE span (
    seq INTEGER PRIMARY KEY,
    trace_id BLOB NOT NULL,
    span_id BLOB NOT NULL,
    parent_id BLOB,
    name TEXT NOT NULL,
    kind INTEGER NOT NULL,
    start_us INTEGER NOT NULL,
    dur_us INTEGER NOT NULL,
    status INTEGER NOT NULL,
    resource INTEGER NOT NULL REFERENCES resource(id),
    op TEXT,
    model TEXT,
    error TEXT,
    attrs TEXT NOT NULL,
    events TEXT NOT NULL,
    UNIQUE (trace_id, span_id)
  );
  CREATE INDEX span_by_start ON span(start_us);
`;

interface Row {
  readonly trace: string;
  readonly id: string;
  readonly parent: string | null;
  readonly name: string;
  readonly kind: number;
  readonly start_us: number;
  readonly dur_us: number;
  readonly status: number;
  readonly resource: string;
  readonly op: string | null;
  readonly model: string | null;
  readonly error: string | null;
  readonly attrs: string;
  readonly events: string;
}

const SELECT = `SELECT lower(hex(trace_id)) AS trace, lower(hex(span_id)) AS id, lower(hex(parent_id)) AS parent, name, kind, start_us, dur_us, status, resource.attrs AS resource, op, model, error, span.attrs AS attrs, events FROM span JOIN resource ON resource.id = span.resource`;

export interface SpanFilter {
  /** Only spans of generative AI. */
  readonly generative?: boolean;
  readonly failed?: boolean;
  readonly model?: string;
  /** A part of its name. */
  readonly name?: string;
  /** Microseconds since the epoch. */
  readonly since?: number;
}

export interface Measure {
  readonly since: number;
  readonly until: number;
  readonly model: string | undefined;
  readonly service: string | undefined;
}

export interface Measured {
  readonly calls: number;
  readonly failed: number;
  readonly tokens: number;
  readonly latency: number | undefined;
}

/**
 * Spans of the applications that use the prompts, in a database of their own: thousands a second would keep the
 * store's short writes waiting.
 */
export class Traces {
  private readonly db: DatabaseSync;
  private readonly resources = new Map<string, number>();

  /** Use `openTraces`. */
  constructor(db: DatabaseSync) {
    this.db = db;
  }

  /** Stores spans in one transaction; those that are there already stay as they are. @returns how many were new. */
  insert(spans: readonly Span[]): number {
    const insert = (this.inserting ??= this.db.prepare(`INSERT OR IGNORE INTO span (trace_id, span_id, parent_id, name, kind, start_us, dur_us, status, resource, op, model, error, attrs, events) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`));
    this.db.exec("BEGIN IMMEDIATE");
    try {
      let added = 0;
      for (const span of spans) {
        const { traceId, spanId, parentId, name, kind, start, duration, status, resource, operation, model, error, attributes, events } = span;
        const parent = parentId === undefined ? null : Buffer.from(parentId, "hex");
        added += Number(insert.run(Buffer.from(traceId, "hex"), Buffer.from(spanId, "hex"), parent, name, kind, start, duration, status, this.resource(resource), operation ?? null, model ?? null, error ?? null, JSON.stringify(attributes), JSON.stringify(events)).changes);
      }
      this.db.exec("COMMIT");
      return added;
    } catch (error) {
      this.resources.clear();
      if (this.db.isTransaction) this.db.exec("ROLLBACK");
      throw error;
    }
  }
  private inserting: ReturnType<DatabaseSync["prepare"]> | undefined;

  /** The newest first. */
  list({ generative, failed, model, name, since }: SpanFilter, limit: number): Span[] {
    const conditions: [string, string | number][] = [];
    if (model !== undefined) conditions.push(["model = ?", model]);
    if (name !== undefined) conditions.push(["instr(lower(name), lower(?)) > 0", name]);
    if (since !== undefined) conditions.push(["start_us >= ?", since]);
    if (failed) conditions.push([`(status = ? OR error IS NOT NULL)`, STATUS_ERROR]);
    const where = [...conditions.map(([sql]) => sql), ...(generative ? ["op IS NOT NULL"] : [])].join(" AND ") || "1";
    const rows = this.db.prepare(`${SELECT} WHERE ${where} ORDER BY start_us DESC, seq DESC LIMIT ?`).all(...conditions.map(([, value]) => value), limit);
    return rows.map((row) => spanOf(row as unknown as Row));
  }

  /** Calls of models that began in a time (microseconds since the epoch), and a quantile of their latency in milliseconds; `undefined` without calls. */
  measure({ since, until, model, service }: Measure, quantile: number): Measured {
    const conditions: [string, string | number][] = [["start_us >= ?", since], ["start_us <= ?", until]];
    if (model !== undefined) conditions.push(["model = ?", model]);
    if (service !== undefined) conditions.push([`resource.attrs ->> '$."service.name"' = ?`, service]);
    const from = `FROM span JOIN resource ON resource.id = span.resource WHERE op IS NOT NULL AND ${conditions.map(([sql]) => sql).join(" AND ")}`;
    const values = conditions.map(([, value]) => value);
    // A span may say them under several names: the first counts.
    const first = (names: readonly string[]) => `coalesce(${names.map((name) => `span.attrs ->> '$."${name}"'`).join(", ")}, 0)`;
    const tokens = `${first(NAMES.inputTokens)} + ${first(NAMES.outputTokens)}`;
    const { calls, failed, sum } = this.db.prepare(`SELECT count(*) AS calls, coalesce(sum(status = ${STATUS_ERROR} OR error IS NOT NULL), 0) AS failed, coalesce(sum(${tokens}), 0) AS sum ${from}`).get(...values) as { calls: number; failed: number; sum: number };
    if (calls === 0) return { calls, failed, tokens: 0, latency: undefined };
    const at = Math.max(0, Math.ceil(calls * quantile) - 1);
    const { dur_us } = this.db.prepare(`SELECT dur_us ${from} ORDER BY dur_us LIMIT 1 OFFSET ?`).get(...values, at) as { dur_us: number };
    return { calls, failed, tokens: Number(sum), latency: dur_us / 1000 };
  }

  /** The spans of a trace in the order in which they began; none where there is no such trace. */
  trace(traceId: string): Span[] {
    return this.db.prepare(`${SELECT} WHERE trace_id = ? ORDER BY start_us, seq`).all(Buffer.from(traceId, "hex")).map((row) => spanOf(row as unknown as Row));
  }

  /** Ids of the traces that have it as their id's beginning, or as that of a span in them; two at most. */
  tracesNamed(prefix: string): string[] {
    const rows = this.db.prepare("SELECT DISTINCT lower(hex(trace_id)) AS trace FROM span WHERE lower(hex(trace_id)) LIKE ?1 || '%' OR lower(hex(span_id)) LIKE ?1 || '%' LIMIT 2").all(prefix);
    return rows.map(({ trace }) => String(trace));
  }

  close(): void {
    this.db.close();
  }

  private resource(attributes: Attributes): number {
    const text = JSON.stringify(attributes);
    const hash = createHash("sha256").update(text).digest("hex");
    const known = this.resources.get(hash);
    if (known !== undefined) return known;
    this.db.prepare("INSERT OR IGNORE INTO resource (hash, attrs) VALUES (?, ?)").run(hash, text);
    const id = Number(this.db.prepare("SELECT id FROM resource WHERE hash = ?").get(hash)?.["id"]);
    if (this.resources.size >= 1000) this.resources.clear();
    this.resources.set(hash, id);
    return id;
  }
}

/**
 * Opens (or creates) `traces.db` in a `.llmops` folder; without a folder it is in memory.
 * @throws when it cannot be opened, or was written by a newer version.
 */
export async function openTraces(directory: string | undefined): Promise<Traces> {
  const { DatabaseSync } = await import("node:sqlite");
  if (directory === undefined) return ready(new DatabaseSync(":memory:"), FILE);
  mkdirSync(directory, { recursive: true });
  const ignore = join(directory, ".gitignore");
  if (!existsSync(ignore)) writeFileSync(ignore, "*\n");
  const file = join(directory, FILE);
  try {
    return ready(new DatabaseSync(file), file);
  } catch (error) {
    throw new Error(`${file} cannot be opened (${error instanceof Error ? error.message : String(error)}). Move it away to begin a new one.`);
  }
}

function ready(db: DatabaseSync, file: string): Traces {
  db.exec("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON");
  db.exec("BEGIN IMMEDIATE");
  const version = Number(db.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (version === 0) db.exec(`${SCHEMA}; PRAGMA user_version = ${VERSION}`);
  db.exec("COMMIT");
  if (version <= VERSION) return new Traces(db);
  db.close();
  throw new Error(`${file} was written by a newer version of LLMOps: update it`);
}

function spanOf(row: Row): Span {
  return {
    traceId: row.trace,
    spanId: row.id,
    parentId: row.parent ? row.parent : undefined,
    name: row.name,
    kind: row.kind,
    start: row.start_us,
    duration: row.dur_us,
    status: row.status,
    resource: JSON.parse(row.resource) as Attributes,
    operation: row.op ?? undefined,
    model: row.model ?? undefined,
    error: row.error ?? undefined,
    attributes: JSON.parse(row.attrs) as Attributes,
    events: JSON.parse(row.events) as SpanEvent[],
  };
}
