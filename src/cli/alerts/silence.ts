import { randomUUID } from "node:crypto";
import { personOf } from "../../core/regression/workspace.ts";
import { formatDuration } from "../../core/regression/words.ts";
import { addSilence, endSilence, silences } from "../../core/store/alerts/states.ts";
import { EXIT } from "../exit.ts";
import { pairs } from "../experiments/pairs.ts";
import type { Front } from "../front.ts";
import { UsageError } from "../usage.ts";

interface SilenceOptions {
  /** Milliseconds. */
  for?: number;
  comment?: string;
  end?: string;
  json?: boolean;
}

const HOUR_MS = 3_600_000;

export async function silenceCommand(front: Front, labels: string[], { for: length = HOUR_MS, comment = "", end, json }: SilenceOptions): Promise<number> {
  const workspace = await front.workspace();
  const { store } = workspace;
  const now = front.host.clock.now();
  if (end !== undefined) {
    const [found, another] = silences(store, now).filter(({ id }) => id.startsWith(end));
    if (!found || another) throw new UsageError(`${found ? "Several silences begin" : "No silence begins"} with ${end}. "llmops alerts list" shows them.`);
    endSilence(store, found.id, now);
    front.print(json ? JSON.stringify({ ended: found.id }) : "Ended. What still fires is sent with the next check.");
    return EXIT.ok;
  }
  // Without one, everything would be silent.
  if (labels.length === 0) throw new UsageError("Say which alerts: alertname=NAME, or other labels as NAME=VALUE.");
  const silence = { id: randomUUID(), matchers: Object.fromEntries(pairs("silence", labels)), endsAt: now + length, by: await personOf(workspace), comment };
  addSilence(store, silence, now);
  front.print(json ? JSON.stringify(silence) : `Silent for ${formatDuration(length)}. To end it sooner: llmops alerts silence --end ${silence.id.slice(0, 8)}`);
  return EXIT.ok;
}
