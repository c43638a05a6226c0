/** What the versions did, as counters that only grow, at the time of a poll. */
export interface Reading {
  /** By the source's own clock, ms; only that it moves on matters. */
  readonly at: number;
  /** An arm that the source does not know (any more) is missing. */
  readonly stable: ArmReading | undefined;
  readonly canary: ArmReading | undefined;
}

export interface ArmReading {
  /** Another one after a restart of what counts. */
  readonly epoch: string;
  readonly counters: readonly Counter[];
}

export interface Counter {
  /** `error-rate/units`, `error-rate/bad`, `latency-p95/le=250`, `accuracy/n`, `accuracy/sum`: what is added up. */
  readonly role: string;
  /** The process that counts, where several do: of one that was never seen before, only what comes after counts. */
  readonly instance: string;
  /** Tells the counters of a role and instance apart. */
  readonly series: string;
  readonly value: number;
}

export interface MetricSource {
  /** @throws {TargetError} when it cannot say. */
  read(): Promise<Reading>;
}

export const unitsRole = (metric: string) => `${metric}/units`;
export const badRole = (metric: string) => `${metric}/bad`;
export const bucketRole = (metric: string, edge: number) => `${metric}/le=${edge}`;
