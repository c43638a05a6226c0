/**
 * How many calls may be in flight at one endpoint. A 429 halves the limit; every ten answers since
 * add one back, up to where it began (additive increase, multiplicative decrease).
 */
export class Limiter {
  private readonly most: number;
  private limit: number;
  private active = 0;
  private answered = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(most: number) {
    this.most = Math.max(1, most);
    this.limit = this.most;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.active >= this.limit) await new Promise<void>((resolve) => this.waiting.push(resolve));
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

  private release(): void {
    while (this.active < this.limit) {
      const next = this.waiting.shift();
      if (!next) return;
      this.active++;
      next();
    }
  }
}
