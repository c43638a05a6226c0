import { randomUUID } from "node:crypto";
import { lockRun } from "../../store/runLock.ts";
import { type Holder, type Lease, leaseOf, LostLease, releaseLease, takeLease } from "../../store/rollouts/lease.ts";
import { openRequests, openRollouts, type RolloutRecord } from "../../store/rollouts/records.ts";
import { watchStore } from "../../store/watch.ts";
import type { RolloutContext } from "../context.ts";
import { openPlan } from "../targets/open.ts";
import { Drive } from "./drive.ts";

export interface ControllerOptions {
  readonly signal: AbortSignal;
  /** Ends when there has been nothing to do for so long, ms; Infinity: never. */
  readonly idleMs: number;
  /** It is the only one, and begins. */
  readonly began?: () => void;
}

/** A holder that has not stirred for so long is taken for dead; its writes are fenced off. */
const LEASE_MS = 30_000;
/** A target that could not be set to 0 is tried again after so long, or at the next poll. */
const RETRY_MS = 2000;
/** Rollouts whose lease another machine holds are looked at again after so long. */
const CONTEND_MS = 5000;

/**
 * Drives all rollouts of a store until there are none, as its only controller on this machine.
 * @returns `busy` when another process is that already.
 */
export async function runController(context: RolloutContext, { signal, idleMs, began }: ControllerOptions): Promise<"busy" | "done"> {
  const { host, store } = context.workspace;
  const lock = await lockRun(store, "rollouts");
  if (!lock) return "busy";
  const holder: Holder = { id: randomUUID(), pid: host.identity.pid, machine: host.identity.machine };
  const wakers = new Map<number, () => void>();
  const seen = new Map<number, { readonly fence: number; readonly beat: number; readonly at: number }>();
  const driven = new Set<number>();
  const asleep = sleeper(host.clock, signal);
  const unwatch = watchStore(store, host.clock, () => {
    asleep.wake();
    for (const [rollout, wake] of wakers) if (openRequests(store, rollout).length > 0) wake();
  });
  began?.();
  let busyAt = host.clock.monotonic();
  const driving = new Set<Promise<void>>();
  try {
    while (!signal.aborted) {
      const open = openRollouts(store);
      for (const rollout of open) {
        const lease = driven.has(rollout.seq) ? undefined : contend(rollout);
        if (!lease) continue;
        driven.add(rollout.seq);
        const work = drive(context, rollout, lease, signal, wakers).finally(() => {
          driven.delete(rollout.seq);
          driving.delete(work);
          asleep.wake();
        });
        driving.add(work);
      }
      if (open.length > 0) busyAt = host.clock.monotonic();
      const left = idleMs - (host.clock.monotonic() - busyAt);
      if (left <= 0) break;
      await asleep.sleep(open.length > driven.size ? CONTEND_MS : Math.min(left, 60_000));
    }
    await Promise.all(driving);
  } finally {
    unwatch();
    lock.release();
  }
  return "done";

  /** Whoever had the lease on this machine is dead, since its lock is ours; on another one it must stand still first. */
  function contend({ seq }: RolloutRecord): Lease | undefined {
    const current = leaseOf(store, seq);
    const mine = current === undefined || current.machine === holder.machine;
    const before = seen.get(seq);
    const moved = before?.fence !== current?.fence || before?.beat !== current?.beat;
    if (current && moved) seen.set(seq, { fence: current.fence, beat: current.beat, at: host.clock.monotonic() });
    const stoodStill = current !== undefined && !moved && host.clock.monotonic() - before!.at >= current.ttlMs;
    return mine || stoodStill ? takeLease(store, seq, holder, LEASE_MS, current) : undefined;
  }
}

/** Polls one rollout until it ends, the lease is lost, or the process is to end. */
async function drive(context: RolloutContext, { seq, id, name }: RolloutRecord, lease: Lease, signal: AbortSignal, wakers: Map<number, () => void>): Promise<void> {
  const { store, host } = context.workspace;
  const { clock, log } = host;
  const asleep = sleeper(clock, signal);
  wakers.set(seq, asleep.wake);
  try {
    const driver = new Drive({ store, clock, log, lease, leaseMs: LEASE_MS, id, open: (plan) => openPlan(context, plan) });
    while (!signal.aborted) {
      const began = clock.monotonic();
      const ended = await driver.tick().catch((error: unknown) => {
        if (error instanceof LostLease) throw error;
        log.error(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)} It is tried again.`);
        return false;
      });
      if (ended) return;
      const { pollMs } = driver.plan;
      const wait = driver.record().state === "rolling-back" ? Math.min(pollMs, RETRY_MS) : pollMs - (clock.monotonic() - began);
      await asleep.sleep(Math.max(0, wait));
    }
    releaseLease(store, lease);
  } catch (error) {
    if (!(error instanceof LostLease)) throw error;
    log.warn(`${name}: ${error.message}`);
  } finally {
    wakers.delete(seq);
  }
}

/** A sleep that others can end. */
function sleeper(clock: { sleep(ms: number, signal?: AbortSignal): Promise<void> }, signal: AbortSignal): { sleep(ms: number): Promise<void>; wake(): void } {
  let alarm = new AbortController();
  let woken = false;
  return {
    async sleep(ms) {
      if (!woken) await clock.sleep(ms, AbortSignal.any([signal, alarm.signal])).catch(() => {});
      alarm = new AbortController();
      woken = false;
    },
    wake() {
      woken = true;
      alarm.abort();
    },
  };
}
