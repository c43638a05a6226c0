import { once } from "node:events";
import { receiveTraces } from "../../core/traces/receive/receiver.ts";
import { plural } from "../../core/regression/words.ts";
import { EXIT } from "../exit.ts";
import type { Front } from "../front.ts";
import { UsageError } from "../usage.ts";
import { withTraces } from "./open.ts";

export function receiveCommand(front: Front, { port }: { port: number }): Promise<number> {
  return withTraces(front, async (traces) => {
    const receiver = await receiveTraces(traces, front.host.clock, port, (error) => front.say(error instanceof Error ? error.message : String(error))).catch((error: NodeJS.ErrnoException) => {
      throw error.code === "EADDRINUSE" ? new UsageError(`Port ${port} is taken: choose another with --port, or 0 for any that is free.`) : error;
    });
    front.print(`Spans are taken at OTEL_EXPORTER_OTLP_ENDPOINT=${receiver.url}. Ctrl+C stops it.`);
    if (!front.signal.aborted) await once(front.signal, "abort");
    await receiver.close();
    const { spans, rejected, refused } = receiver.counts;
    front.print(`${plural(spans, "span")} taken${rejected > 0 ? `, ${rejected} rejected` : ""}${refused > 0 ? `, ${plural(refused, "request")} refused` : ""}.`);
    return EXIT.ok;
  });
}
