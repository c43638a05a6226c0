import type { Clock } from "../../host.ts";
import type { Span } from "../span.ts";

/** So many spans are stored together, or what came within this time of the first. */
const GROUP = 1000;
const GROUP_MS = 20;
const MOST_WAITING = 20_000;

/** Thrown for spans that are not taken now: the sender is to send them again. */
export class Overloaded extends Error {
  constructor(message: string) {
    super(message);
    this.name = "Overloaded";
  }
}

/** Spans of many requests in few transactions: each request waits for the one that its spans are in. */
export class GroupCommit {
  private readonly store: (spans: readonly Span[]) => void;
  private waiting: Span[] = [];
  private requests: { readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = [];
  private readonly clock: Pick<Clock, "sleep">;
  private immediate: NodeJS.Immediate | undefined;

  constructor(store: (spans: readonly Span[]) => void, clock: Pick<Clock, "sleep">) {
    this.store = store;
    this.clock = clock;
  }

  /** Resolves when they are on the disk. @throws {Overloaded} when too many wait, and what `store` throws. */
  add(spans: readonly Span[]): Promise<void> {
    if (spans.length === 0) return Promise.resolve();
    // A single request of more is taken: it could never be sent otherwise.
    if (this.waiting.length > 0 && this.waiting.length + spans.length > MOST_WAITING) return Promise.reject(new Overloaded(`${this.waiting.length} spans wait to be stored.`));
    for (const span of spans) this.waiting.push(span);
    const stored = new Promise<void>((resolve, reject) => this.requests.push({ resolve, reject }));
    if (this.waiting.length >= GROUP) this.immediate ??= setImmediate(() => this.flush());
    else if (this.requests.length === 1) void this.clock.sleep(GROUP_MS).then(() => this.flush());
    return stored;
  }

  flush(): void {
    clearImmediate(this.immediate);
    this.immediate = undefined;
    const { waiting, requests } = this;
    this.waiting = [];
    this.requests = [];
    if (requests.length === 0) return;
    try {
      this.store(waiting);
      for (const { resolve } of requests) resolve();
    } catch (error) {
      for (const { reject } of requests) reject(error);
    }
  }
}
