import type { Clock } from "../../host.ts";
import type { Store } from "../../store/store.ts";

const MOST = 25;
const MOST_MS = 5;

/** Gathers writes into transactions of about 25, or of 5 ms: alone, each would cost a commit. */
export class Batch {
  private readonly store: Store;
  private readonly clock: Clock;
  private pending: (() => void)[] = [];
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

  flush(): void {
    if (this.pending.length === 0) return;
    const writes = this.pending;
    this.pending = [];
    this.store.write(() => {
      for (const write of writes) write();
    });
  }
}
