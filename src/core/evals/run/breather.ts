import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../host.ts";

const LONGEST_MS = 20;

/** Lets timers, messages and cancellation in between rows that nothing has to be waited for. */
export class Breather {
  private readonly clock: Clock;
  private readonly signal: AbortSignal;
  private last: number;

  constructor(clock: Clock, signal: AbortSignal) {
    this.clock = clock;
    this.signal = signal;
    this.last = clock.monotonic();
  }

  async breathe(): Promise<void> {
    if (this.clock.monotonic() - this.last < LONGEST_MS) return;
    await setImmediate();
    this.last = this.clock.monotonic();
    this.signal.throwIfAborted();
  }
}
