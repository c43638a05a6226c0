import type { LlmopsConfig } from "../config/schema.ts";
import type { Host } from "../host.ts";
import type { Store } from "../store/store.ts";
import { openTraces, type Traces } from "../traces/db.ts";
import { deliver, type Delivered } from "./deliver.ts";
import { applyReadings, type Changed, type Measured } from "./evaluate.ts";
import { readMetric } from "./sources/source.ts";

export interface Evaluated {
  readonly changed: readonly Changed[];
  readonly delivered: readonly Delivered[];
  /** Rules whose source could not be asked: no data. */
  readonly failed: readonly { readonly rule: string; readonly reason: string }[];
}

/**
 * Measures the rules of `llmops.yaml`, brings their alerts up to date and sends what is due. Of several processes
 * only the one with the lease (`lockRun(store, "alerts")`) is to call it.
 */
export async function evaluateAlerts(store: Store, config: Pick<LlmopsConfig, "alerts" | "notifications">, host: Pick<Host, "http" | "secrets" | "clock">): Promise<Evaluated> {
  const now = host.clock.now();
  const failed: { rule: string; reason: string }[] = [];
  let traces: Promise<Traces> | undefined;
  const sources = { store, http: host.http, traces: () => (traces ??= openTraces(store.directory)) };
  try {
    const measured = await Promise.all(
      (config.alerts ?? []).map(async (rule): Promise<Measured> => {
        const readings = await readMetric(rule, sources, now).catch((error: unknown) => {
          failed.push({ rule: rule.name, reason: error instanceof Error ? error.message : String(error) });
          return [];
        });
        return { rule, readings };
      }),
    );
    const changed = applyReadings(store, measured, now);
    const delivered = await deliver(store, { http: host.http, secrets: host.secrets, notifications: config.notifications ?? {} }, host.clock.now);
    return { changed, delivered, failed };
  } finally {
    await traces?.then((opened) => opened.close(), () => {});
  }
}
