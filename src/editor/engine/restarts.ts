const MOST = 4;
const WITHIN_MS = 3 * 60_000;

/** Decides whether a process that ended by itself is started again: at most 4 times in 3 minutes. */
export class Restarts {
  private readonly times: number[] = [];
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  mayRestart(): boolean {
    const now = this.now();
    while (this.times[0] !== undefined && now - this.times[0] > WITHIN_MS) this.times.shift();
    if (this.times.length >= MOST) return false;
    this.times.push(now);
    return true;
  }

  forget(): void {
    this.times.length = 0;
  }
}
