import type { Front } from "./front.ts";

const WIDTH = 20;
const EVERY_MS = 80;

/** A bar on stderr that redraws its line; nothing where messages do not go to a terminal. */
export function progressBar(front: Front, name: string): { update: (done: number, total: number) => void; clear: () => void } {
  if (!front.interactive) return { update: () => {}, clear: () => {} };
  let last = -Infinity;
  let drawn = false;
  return {
    update(done, total) {
      const now = front.host.clock.monotonic();
      if (total === 0 || (now - last < EVERY_MS && done < total)) return;
      last = now;
      drawn = true;
      const filled = Math.round((done / total) * WIDTH);
      process.stderr.write(`\r${name}   ${"█".repeat(filled)}${"░".repeat(WIDTH - filled)} ${done}/${total}\u001b[K`);
    },
    clear() {
      if (drawn) process.stderr.write("\r\u001b[K");
      drawn = false;
    },
  };
}
