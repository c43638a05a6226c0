import { Cron } from "croner";

/** The last instant of a cron expression that is not after `now`, and the next one after it; milliseconds since the epoch, local time's rules. */
export function instantsAround(schedule: string, now: number): { readonly last: number | undefined; readonly next: number | undefined } {
  const cron = new Cron(schedule, { mode: "5-part", paused: true });
  // Both ends are exclusive, and an instant is a whole second.
  const [last] = cron.previousRuns(1, new Date(now + 1000));
  const due = last && last.getTime() <= now ? last : cron.previousRuns(1, new Date(now))[0];
  return { last: due?.getTime(), next: cron.nextRun(new Date(now))?.getTime() };
}

/**
 * The instant for which a stage is to run now: the last one that has come since it was looked at. Of several
 * that nobody was there for only this one is made up for.
 */
export function dueSince(schedule: string, seen: number, now: number): number | undefined {
  const { last } = instantsAround(schedule, now);
  return last !== undefined && last > seen ? last : undefined;
}
