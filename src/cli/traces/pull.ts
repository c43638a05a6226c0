import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { plural } from "../../core/regression/words.ts";
import { otlpLines } from "../../core/traces/pull/otlpLines.ts";
import { TracesUnreadable } from "../../core/traces/span.ts";
import { EXIT } from "../exit.ts";
import type { Front } from "../front.ts";
import { UsageError } from "../usage.ts";
import { withTraces } from "./open.ts";

interface PullOptions {
  file?: string;
  stdin?: boolean;
  json?: boolean;
}

export async function pullCommand(front: Front, { file, stdin, json }: PullOptions): Promise<number> {
  if ((file === undefined) === !stdin) throw new UsageError("Say from where: --file FILE, or --stdin.");
  return withTraces(front, async (traces) => {
    const total = { spans: 0, added: 0, rejected: 0 };
    try {
      // Opened where its errors are awaited.
      const input = file === undefined ? process.stdin : createReadStream(resolve(front.cwd, file));
      for await (const { spans, rejected, reason } of otlpLines(input.setEncoding("utf8") as AsyncIterable<string>)) {
        front.signal.throwIfAborted();
        total.spans += spans.length;
        total.added += traces.insert(spans);
        total.rejected += rejected;
        if (reason !== undefined) front.say(`${plural(rejected, "span")} left out: ${reason}`);
      }
    } catch (error) {
      if (!(error instanceof TracesUnreadable) && (error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      throw new UsageError(`${file ?? "Standard input"}: ${error instanceof TracesUnreadable ? error.message : "there is no such file."}`);
    }
    front.print(json ? JSON.stringify(total) : `${plural(total.spans, "span")} read, ${total.added} new.`);
    return EXIT.ok;
  });
}
