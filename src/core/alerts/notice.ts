import type { Transition } from "../store/alerts/outbox.ts";
import type { Labels, Rule } from "./rule.ts";

/** What people are told of one alert. */
export interface Notice {
  readonly fingerprint: string;
  readonly episode: number;
  readonly status: Transition;
  readonly name: string;
  readonly severity: Rule["severity"];
  /** The rule's own and those of what was measured. */
  readonly labels: Labels;
  readonly metric: string;
  readonly value: number | undefined;
  readonly threshold: string;
  /** ISO 8601: when it began to fire, and when it ended. */
  readonly startsAt: string;
  readonly endsAt: string | undefined;
  /** Path of the playbook, relative to the workspace. */
  readonly playbook: string | undefined;
}

/** `above 0.02`, `below 0.8`, or both. */
export function thresholdOf({ above, below }: Pick<Rule, "above" | "below">): string {
  return [...(above === undefined ? [] : [`above ${above}`]), ...(below === undefined ? [] : [`below ${below}`])].join(" or ");
}

/** One line: `FIRING errors: error-rate is 0.031 (above 0.02)`. */
export function summaryOf({ status, name, metric, value, threshold, labels }: Notice): string {
  const of = Object.entries(labels).map(([key, label]) => `${key}=${label}`).join(", ");
  const measured = value === undefined ? "there is no data" : `${metric} is ${Number(value.toPrecision(4))}`;
  return `${status === "firing" ? "FIRING" : "resolved"} ${name}: ${measured} (${status === "firing" ? "" : "was "}${threshold})${of ? ` [${of}]` : ""}`;
}

/** `3 alerts firing`, or the one itself. */
export function titleOf(notices: readonly Notice[]): string {
  const [only, ...others] = notices;
  return only && others.length === 0 ? summaryOf(only) : `${notices.length} alerts ${only?.status ?? "firing"}`;
}
