import { randomUUID } from "node:crypto";
import { enqueue, firingsOf, release, type Transition } from "../store/alerts/outbox.ts";
import { type AlertState, alertStates, setAlertState, type Silence, silences } from "../store/alerts/states.ts";
import type { Store } from "../store/store.ts";
import { advance, type Limits, NEW } from "./machine.ts";
import { type Notice, thresholdOf } from "./notice.ts";
import { fingerprintOf, type Reading, type Rule } from "./rule.ts";

/** What was measured for a rule; a rule whose source could not be asked has none. */
export interface Measured {
  readonly rule: Rule;
  readonly readings: readonly Reading[];
}

/** An alert that began or ceased to fire. */
export interface Changed {
  readonly notice: Notice;
  readonly silenced: boolean;
}

/** An alert whose rule is gone ends like one that is clear. */
const GONE: Limits = { above: undefined, below: undefined, noData: "ok" };

/**
 * Brings the alerts of a store up to date with what was measured, and puts what is to be sent into its outbox, in one
 * transaction. An alert of which nothing was measured any more has no data.
 */
export function applyReadings(store: Store, measured: readonly Measured[], now: number): Changed[] {
  return store.write(() => {
    const states = alertStates(store);
    const known = new Map(states.map((state) => [state.fingerprint, state]));
    const byRule = Map.groupBy(states, ({ rule }) => rule);
    const silent = silences(store, now);
    const batch = randomUUID();
    const changed: Changed[] = [];
    const seen = new Set<string>();
    const step = (rule: Rule | undefined, name: string, { labels, value }: Reading) => {
      const fingerprint = fingerprintOf(name, labels);
      if (seen.has(fingerprint)) return;
      seen.add(fingerprint);
      const before = known.get(fingerprint);
      const after: AlertState = { ...advance(before ?? NEW, rule ?? GONE, value, now), fingerprint, rule: name, labels };
      const transition = transitionOf(before, after);
      if (before === undefined ? after.state !== "inactive" : isOther(before, after)) setAlertState(store, after, now);
      const silenced = isSilenced(silent, name, { ...rule?.labels, ...labels });
      if (transition) changed.push({ notice: tell(store, rule, after, before, transition, { batch, silenced, now }), silenced });
      else if (after.state === "firing" && !silenced) unhold(store, after, now);
    };
    for (const { rule, readings } of measured) {
      for (const reading of readings) step(rule, rule.name, reading);
      for (const { labels } of byRule.get(rule.name) ?? []) step(rule, rule.name, { labels, value: undefined });
      if (readings.length === 0) step(rule, rule.name, { labels: {}, value: undefined });
    }
    const names = new Set(measured.map(({ rule }) => rule.name));
    for (const { rule: name, labels, state } of states) if (!names.has(name) && state !== "inactive") step(undefined, name, { labels, value: undefined });
    if (changed.length > 0) store.emit("alert-changed", batch, now);
    return changed;
  });
}

function transitionOf(before: AlertState | undefined, after: AlertState): Transition | undefined {
  if (after.state === "firing" && before?.state !== "firing") return "firing";
  return before?.state === "firing" && after.state !== "firing" ? "resolved" : undefined;
}

/** What is read again changes nothing that is worth a write. */
function isOther(before: AlertState, after: AlertState): boolean {
  return before.state !== after.state || before.since !== after.since || before.clearSince !== after.clearSince || before.value !== after.value;
}

/** Puts a change into the outbox: of a firing, to the rule's actions; of its end, to those that were told of it. */
function tell(store: Store, rule: Rule | undefined, after: AlertState, before: AlertState | undefined, status: Transition, { batch, silenced, now }: { batch: string; silenced: boolean; now: number }): Notice {
  const { fingerprint, episode, labels, value } = after;
  const firings = status === "resolved" ? firingsOf(store, fingerprint, episode) : [];
  const told = firings[0] && (JSON.parse(firings[0].notice) as Notice);
  const startsAt = new Date(status === "firing" ? now : (before?.since ?? now)).toISOString();
  const notice: Notice = {
    fingerprint,
    episode,
    status,
    name: after.rule,
    severity: rule?.severity ?? told?.severity ?? "warning",
    labels: { ...(rule?.labels ?? told?.labels), ...labels },
    metric: rule?.metric ?? told?.metric ?? "",
    value,
    threshold: rule ? thresholdOf(rule) : (told?.threshold ?? ""),
    startsAt,
    endsAt: status === "resolved" ? new Date(now).toISOString() : undefined,
    playbook: rule?.playbook ?? told?.playbook,
  };
  const text = JSON.stringify(notice);
  if (status === "firing") {
    for (const action of rule?.action ?? []) if (action !== "editor") enqueue(store, { fingerprint, episode, transition: status, action, batch, notice: text }, silenced, now);
  } else {
    for (const { id, action, state } of firings) {
      if (state === "held") release(store, id, "dead", now);
      else enqueue(store, { fingerprint, episode, transition: status, action, batch, notice: text }, false, now);
    }
  }
  return notice;
}

/** What a silence held back, and which still fires when that ends. */
function unhold(store: Store, { fingerprint, episode }: AlertState, now: number): void {
  for (const { id, state } of firingsOf(store, fingerprint, episode)) if (state === "held") release(store, id, "queued", now);
}

function isSilenced(silent: readonly Silence[], name: string, labels: Readonly<Record<string, string>>): boolean {
  const all: Readonly<Record<string, string>> = { ...labels, alertname: name };
  return silent.some(({ matchers }) => Object.entries(matchers).every(([key, value]) => all[key] === value));
}
