import type { ArmReading, Counter } from "./source.ts";

/** By role: how much its counters grew. */
export type Increments = ReadonlyMap<string, number>;

/** The counters of an arm as they were last seen, those that have vanished meanwhile included. */
export type Memory = ArmReading;

/**
 * What happened between two readings. A counter that has fallen began again at 0; one that vanished and came back went on;
 * one that appears beside known ones of its process (the first error) began at 0; one of a process never seen before
 * tells nothing yet, since it may be old.
 */
export function difference(before: Memory, now: ArmReading): { readonly increments: Increments; readonly memory: Memory; readonly restarted: boolean } {
  const sameEpoch = before.epoch === now.epoch;
  const known = new Map(before.counters.map((counter) => [keyOf(counter), counter.value]));
  const instances = new Set(before.counters.map(({ instance }) => instance));
  const increments = new Map<string, number>();
  let restarted = !sameEpoch;
  for (const counter of now.counters) {
    const last = known.get(keyOf(counter));
    const began = last === undefined ? (instances.has(counter.instance) ? 0 : counter.value) : last;
    const fell = counter.value < began;
    restarted ||= fell;
    increments.set(counter.role, (increments.get(counter.role) ?? 0) + counter.value - (fell || !sameEpoch ? 0 : began));
  }
  const seen = new Set(now.counters.map(keyOf));
  const vanished = sameEpoch ? before.counters.filter((counter) => !seen.has(keyOf(counter))) : [];
  return { increments, memory: { epoch: now.epoch, counters: [...now.counters, ...vanished] }, restarted };
}

function keyOf({ role, instance, series }: Counter): string {
  return `${role}\n${instance}\n${series}`;
}
