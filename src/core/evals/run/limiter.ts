/**
 * How many calls may be in flight at one endpoint. A 429 halves the limit; every ten answers since
 * add one back, up to where it began (additive increase, multiplicative decrease).
 */
export class Limiter {
  private most: number;
  private limit: number;
  private active = 0;
  private answered = 0;
  /** Calls that wait before they are sent again. */
  private holding = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(most: number) {
    this.most = Math.max(1, most);
    this.limit = this.most;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.active >= this.limit || this.holding > 0) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.active++;
    try {
      return await work();
    } finally {
      this.active--;
      this.release();
    }
  }

  throttled(): void {
    this.limit = Math.max(1, Math.floor(this.limit / 2));
    this.answered = 0;
  }

  succeeded(): void {
    if (this.limit >= this.most) return;
    this.answered++;
    if (this.answered < 10) return;
    this.answered = 0;
    this.limit++;
    this.release();
  }

  /** Starts nothing until the endpoint has had the pause that it asked for: what waits would only be refused. */
  async hold(pause: () => Promise<void>): Promise<void> {
    this.holding++;
    try {
      await pause();
    } finally {
      this.holding--;
      this.release();
    }
  }

  /** Another run wants more of the endpoint. What a 429 has taken comes back by answers only. */
  raise(most: number): void {
    if (most <= this.most) return;
    if (this.limit === this.most) this.limit = most;
    this.most = most;
    this.release();
  }

  private release(): void {
    while (this.active < this.limit && this.holding === 0) {
      const next = this.waiting.shift();
      if (!next) return;
      this.active++;
      next();
    }
  }
}

const byClient = new WeakMap<object, Map<string, Limiter>>();

/** The limit of an endpoint that all runs of a process share, which send through one `client`. */
export function sharedLimiter(client: object, endpoint: string, most: number): Limiter {
  let limiters = byClient.get(client);
  if (!limiters) byClient.set(client, (limiters = new Map<string, Limiter>()));
  let limiter = limiters.get(endpoint);
  if (!limiter) limiters.set(endpoint, (limiter = new Limiter(most)));
  limiter.raise(most);
  return limiter;
}
