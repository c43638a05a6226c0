import { evaluateAlerts, type Evaluated } from "../../core/alerts/alerts.ts";
import { summaryOf } from "../../core/alerts/notice.ts";
import { alertStates } from "../../core/store/alerts/states.ts";
import { lockRun } from "../../core/store/runLock.ts";
import { EXIT } from "../exit.ts";
import type { Front } from "../front.ts";
import { alertsOf } from "./config.ts";

interface CheckOptions {
  watch?: boolean;
  /** Milliseconds. */
  every?: number;
  json?: boolean;
}

const EVERY_MS = 60_000;

export async function checkCommand(front: Front, { watch = false, every = EVERY_MS, json = false }: CheckOptions): Promise<number> {
  const { store } = (await alertsOf(front)).workspace;
  const lease = await lockRun(store, "alerts");
  if (!lease) {
    front.say("Another process evaluates the alerts of this workspace already.");
    return EXIT.error;
  }
  try {
    for (;;) {
      // Read anew each time: rules may have changed.
      const { config } = await alertsOf(front);
      const result = await evaluateAlerts(store, config, front.host);
      const firing = alertStates(store).filter(({ state }) => state === "firing").length;
      show(front, result, firing, json);
      if (!watch) return firing > 0 ? EXIT.regression : result.failed.length > 0 ? EXIT.error : EXIT.ok;
      await front.host.clock.sleep(every, front.signal).catch(() => {});
      if (front.signal.aborted) return EXIT.ok;
    }
  } finally {
    lease.release();
  }
}

function show(front: Front, { changed, delivered, failed }: Evaluated, firing: number, json: boolean): void {
  if (json) return front.print(JSON.stringify({ firing, changed: changed.map(({ notice, silenced }) => ({ ...notice, silenced })), delivered, failed }));
  for (const { rule, reason } of failed) front.say(`${rule}: no data. ${reason}`);
  for (const { notice, silenced } of changed) front.print(`${summaryOf(notice)}${silenced ? "   silenced" : ""}`);
  for (const { action, alerts, problem } of delivered) front.print(problem === undefined ? `sent to ${action} (${alerts})` : `not sent to ${action}: ${problem}`);
  if (changed.length === 0) front.print(firing === 0 ? "No alert fires." : `${firing} firing, as before.`);
}
