/** What a target says about its split, percent of the traffic. */
export interface SplitReading {
  readonly canary: number;
  /** Why it is not what was set, where the target knows: `ttl`: its dead man's switch has fired. */
  readonly reason?: string;
  /** For `write`: what a writer has seen, where the target can compare. */
  readonly version?: string;
}

/** Whatever splits the traffic. All of its calls throw a `TargetError`, in words for people, when it cannot. */
export interface Target {
  /** The same for two rollouts that steer the same. */
  readonly key: string;
  /** `be/llm`: how people call it. */
  readonly label: string;
  read(): Promise<SplitReading>;
  /** Sets the canary's weight. It need not have been applied when this returns: read it back. */
  write(canary: number, seen: SplitReading): Promise<void>;
  /** Puts the canary to 0, by whatever the target does best. */
  rollBack(seen: SplitReading | undefined): Promise<void>;
  /** The weight that the target will show when `canary` was written: some know whole percents only. */
  rounded(canary: number): number;
  /** Whether it goes back by itself when nobody sets the weights again and again. */
  readonly renews?: boolean;
  /** What a person does when the target cannot be reached. */
  readonly byHand: string;
}

export class TargetError extends Error {}

/** Two weights that a target would not tell apart. */
export function sameWeight(a: number, b: number): boolean {
  return Math.abs(a - b) < 0.01;
}
