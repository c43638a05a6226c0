import type { Clock } from "../../host.ts";
import type { Store } from "../../store/store.ts";

/** About 100 rows with their answers. */
const MOST = 200;
const MOST_MS = 20;

/** Gathers writes into transactions of about 100 rows, or of 20 ms: alone, each would cost a commit. */
export class Batch {
  private readonly store: Store;
  private readonly clock: Clock;
  private pending: (() => void)[] = [];
  private closing: (() => void) | undefined;
  private since = 0;

  constructor(store: Store, clock: Clock) {
    this.store = store;
    this.clock = clock;
  }

  add(write: () => void): void {
    const now = this.clock.monotonic();
    if (this.pending.length === 0) this.since = now;
    this.pending.push(write);
    if (this.pending.length >= MOST || now - this.since >= MOST_MS) this.flush();
  }

  /** A write at the end of the transaction, instead of the one that was to be there. */
  last(write: () => void): void {
    this.closing = write;
  }

  flush(): void {
    const writes = [...this.pending, ...(this.closing ? [this.closing] : [])];
    if (writes.length === 0) return;
    this.pending = [];
    this.closing = undefined;
    this.store.write(() => {
      for (const write of writes) write();
    });
  }
}
