import { prometheusRules } from "../../core/alerts/exportRules.ts";
import { formatDuration } from "../../core/regression/words.ts";
import { openDeliveries } from "../../core/store/alerts/outbox.ts";
import { alertStates, silences } from "../../core/store/alerts/states.ts";
import { EXIT } from "../exit.ts";
import type { Front } from "../front.ts";
import { alertsOf } from "./config.ts";

export async function listCommand(front: Front, { json }: { json?: boolean }): Promise<number> {
  const { workspace, rules } = await alertsOf(front);
  const now = front.host.clock.now();
  const states = alertStates(workspace.store);
  const silent = silences(workspace.store, now);
  const failed = openDeliveries(workspace.store).map(({ action, transition, state, attempts, reason, notice }) => ({ name: (JSON.parse(notice) as { name: string }).name, action, transition, state, attempts, reason }));
  if (json) front.print(JSON.stringify({ rules: rules.map(({ name }) => name), alerts: states, silences: silent, failed }));
  else {
    for (const { name } of rules) {
      const own = states.filter(({ rule }) => rule === name);
      if (own.length === 0) front.print(`inactive  ${name}`);
      for (const { state, since, labels, value } of own) {
        const of = Object.entries(labels).map(([key, label]) => `${key}=${label}`).join(", ");
        front.print(`${state.padEnd(8)}  ${name}${of ? ` [${of}]` : ""}   for ${formatDuration(now - since)}${value === undefined ? "" : `   last ${Number(value.toPrecision(4))}`}`);
      }
    }
    for (const { id, matchers, endsAt, by, comment } of silent) front.print(`silenced  ${Object.entries(matchers).map(([key, label]) => `${key}=${label}`).join(" ")}   for ${formatDuration(endsAt - now)} more, by ${by}${comment ? `: ${comment}` : ""}   ${id.slice(0, 8)}`);
    for (const { name, action, transition, state, attempts, reason } of failed) front.print(`${state === "dead" ? "not sent" : "waiting"}   ${name} (${transition}) to ${action}, ${attempts} tries: ${reason}`);
  }
  return EXIT.ok;
}

export async function exportCommand(front: Front): Promise<number> {
  const { rules } = await alertsOf(front);
  const { text, left } = prometheusRules(rules);
  front.write(text);
  if (left.length > 0) front.say(`Left out, since Prometheus does not have their metrics: ${left.join(", ")}.`);
  return EXIT.ok;
}
