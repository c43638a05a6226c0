import { randomUUID } from "node:crypto";
import { type Notice, summaryOf, thresholdOf } from "../../core/alerts/notice.ts";
import { breaches, fingerprintOf } from "../../core/alerts/rule.ts";
import { SINKS } from "../../core/alerts/sinks/registry.ts";
import { readMetric } from "../../core/alerts/sources/source.ts";
import { didYouMean } from "../../core/config/suggest.ts";
import { openTraces, type Traces } from "../../core/traces/db.ts";
import { EXIT } from "../exit.ts";
import type { Front } from "../front.ts";
import { UsageError } from "../usage.ts";
import { alertsOf } from "./config.ts";

/** What is shown, and with `--send` sent, is marked as a test and is no alert: nothing is stored. */
export async function testCommand(front: Front, name: string, { send, json }: { send?: boolean; json?: boolean }): Promise<number> {
  const { workspace, config, rules } = await alertsOf(front);
  const rule = rules.find((candidate) => candidate.name === name);
  if (!rule) throw new UsageError(`There is no alert ${JSON.stringify(name)} in llmops.yaml.${didYouMean(name, rules.map((each) => each.name))}`);
  const now = front.host.clock.now();
  let opened: Promise<Traces> | undefined;
  const traces = () => (opened ??= openTraces(workspace.store.directory));
  const measured = await readMetric(rule, { store: workspace.store, traces, http: front.host.http }, now).then((readings) => ({ readings, reason: undefined }), (error: Error) => ({ readings: [], reason: error.message }));
  (await opened)?.close();

  const value = measured.readings[0]?.value;
  const labels = { ...rule.labels, ...measured.readings[0]?.labels, test: "true" };
  const notice: Notice = { fingerprint: fingerprintOf(name, labels), episode: 0, status: "firing", name, severity: rule.severity, labels, metric: rule.metric, value, threshold: thresholdOf(rule), startsAt: new Date(now).toISOString(), endsAt: undefined, playbook: rule.playbook };
  const message = { key: randomUUID(), notices: [notice], mayRepeat: false, now };
  const context = { http: front.host.http, secrets: front.host.secrets, notifications: config.notifications ?? {} };
  const sent: { action: string; body: object; problem: string | undefined; sent: boolean }[] = [];
  for (const action of rule.action) {
    if (action === "editor") continue;
    const sink = SINKS[action](context);
    const problem = send ? await sink.send(message).then(() => undefined, (error: Error) => error.message) : undefined;
    sent.push({ action, body: sink.preview(message), problem, sent: send === true && problem === undefined });
  }
  const fires = value !== undefined && breaches(rule, value);
  if (json) front.print(JSON.stringify({ name, readings: measured.readings, reason: measured.reason, fires, sent }));
  else {
    front.print(`${name}: ${measured.reason ?? (value === undefined ? "there is no data" : `${rule.metric} is ${value}`)}; it fires ${thresholdOf(rule)}.`);
    front.print(summaryOf(notice));
    for (const { action, body, problem, sent: ok } of sent) front.print(`${action}${ok ? ", sent" : problem === undefined ? "" : `, not sent: ${problem}`}:\n${JSON.stringify(body, null, 2)}`);
  }
  return sent.some(({ problem }) => problem !== undefined) ? EXIT.error : EXIT.ok;
}
