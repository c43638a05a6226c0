import { type Claim, claimBatch, firingsOf, settleBatch } from "../store/alerts/outbox.ts";
import { alertStates } from "../store/alerts/states.ts";
import type { Store } from "../store/store.ts";
import type { Notice } from "./notice.ts";
import { SINKS, type SinkName } from "./sinks/registry.ts";
import { type SinkContext, SinkError } from "./sinks/sink.ts";

/** Longer than any sink may take: then its sender is gone. */
const CLAIM_MS = 120_000;
const FIRST_WAIT_MS = 5000;
const MOST_WAIT_MS = 15 * 60_000;
/** About three days. */
const MOST_ATTEMPTS = 300;

export interface Delivered {
  readonly action: string;
  readonly alerts: number;
  /** `undefined`: it was taken. */
  readonly problem: string | undefined;
}

/** Sends what is due, a batch at a time; each attempt is recorded. Never throws for what a receiver answers. */
export async function deliver(store: Store, context: SinkContext, now: () => number): Promise<Delivered[]> {
  const done: Delivered[] = [];
  for (let claim = claimBatch(store, now(), CLAIM_MS); claim; claim = claimBatch(store, now(), CLAIM_MS)) done.push(await send(store, claim, context, now));
  await refresh(store, context, now());
  return done;
}

async function send(store: Store, claim: Claim, context: SinkContext, now: () => number): Promise<Delivered> {
  const { action, batch, transition, rows, mayRepeat } = claim;
  const notices = rows.map(({ notice }) => JSON.parse(notice) as Notice);
  let problem: SinkError | undefined;
  try {
    await sinkOf(action, context).send({ key: `${batch}-${transition}`, notices, mayRepeat, now: now() });
  } catch (error) {
    problem = error instanceof SinkError ? error : new SinkError(error instanceof Error ? error.message : String(error), false);
  }
  const at = now();
  const attempts = Math.max(...rows.map((row) => row.attempts));
  if (!problem) settleBatch(store, claim, { state: "sent", nextAt: at, reason: undefined }, at);
  else {
    const wait = problem.retryAfterMs ?? Math.min(MOST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempts - 1));
    settleBatch(store, claim, { state: problem.permanent || attempts >= MOST_ATTEMPTS ? "dead" : "queued", nextAt: at + wait, reason: problem.message }, at);
  }
  return { action, alerts: rows.length, problem: problem?.message };
}

function sinkOf(action: string, context: SinkContext) {
  if (!Object.hasOwn(SINKS, action)) throw new SinkError(`There is no action ${action}.`, true);
  return SINKS[action as SinkName](context);
}

/** Alertmanager ends an alert that is not repeated; a failure is made good by the next time. */
async function refresh(store: Store, context: SinkContext, now: number): Promise<void> {
  const notices = alertStates(store).flatMap(({ state, fingerprint, episode }) =>
    state === "firing" ? firingsOf(store, fingerprint, episode).flatMap((row) => (row.action === "alertmanager" && row.state === "sent" ? [JSON.parse(row.notice) as Notice] : [])) : [],
  );
  if (notices.length > 0) await SINKS.alertmanager(context).send({ key: "refresh", notices, mayRepeat: false, now }).catch(() => {});
}
