/** Work that waits until it was quiet for a while, by a key of what it is about. */
export class Delays {
  private readonly timers = new Map<string, NodeJS.Timeout>();

  /** Does `work` after `ms` milliseconds, unless the same key is asked for again before. */
  later(key: string, ms: number, work: () => void): void {
    clearTimeout(this.timers.get(key));
    this.timers.set(
      key,
      setTimeout(() => {
        this.timers.delete(key);
        work();
      }, ms),
    );
  }

  isWaiting(key: string): boolean {
    return this.timers.has(key);
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
  }
}
