import type { AlertState, AlertPhase } from "../store/alerts/states.ts";
import { breaches, clears, type Rule } from "./rule.ts";

type Timing = Pick<AlertState, "state" | "since" | "clearSince" | "episode" | "value">;
export type Limits = Pick<Rule, "above" | "below" | "clear" | "for" | "clearFor" | "noData">;

export const NEW: Timing = { state: "inactive", since: 0, clearSince: undefined, episode: 0, value: undefined };

/**
 * What an alert becomes: inactive → pending, while it lasts `for` → firing → inactive, after it has been clear for
 * `clearFor`. A clock that was set back makes no time pass.
 * @param value `undefined`: no data, which is never healthy: by `noData` the state stays (`keep`), counts as a breach (`alert`) or as clear (`ok`).
 */
export function advance(before: Timing, limits: Limits, value: number | undefined, now: number): Timing {
  const known = value !== undefined && Number.isFinite(value);
  if (!known && limits.noData === "keep") return { ...before, clearSince: undefined };
  const isBreach = known ? breaches(limits, value) : limits.noData === "alert";
  const kept = { ...before, value: known ? value : before.value };
  const to = (state: AlertPhase, episode = before.episode): Timing => ({ ...kept, state, since: now, clearSince: undefined, episode });

  if (before.state === "firing") {
    if (isBreach || (known && !clears(limits, value))) return { ...kept, clearSince: undefined };
    const clearSince = Math.min(before.clearSince ?? now, now);
    return now - clearSince >= (limits.clearFor ?? 0) ? to("inactive") : { ...kept, clearSince };
  }
  if (!isBreach) return before.state === "inactive" ? kept : to("inactive");
  const since = before.state === "pending" ? Math.min(before.since, now) : now;
  if (now - since >= (limits.for ?? 0)) return to("firing", before.episode + 1);
  return { ...kept, state: "pending", since };
}
