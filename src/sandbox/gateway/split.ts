import { ApiError } from "../request.ts";

export type Variant = "stable" | "canary";
export const VARIANTS: readonly Variant[] = ["stable", "canary"];

/** Percent of the new sessions; both together are 100. */
export type Weights = Readonly<Record<Variant, number>>;

export interface SplitView {
  readonly weights: Weights;
  /** Why the weights are what they are: somebody set them, or nobody renewed them in time. */
  readonly reason: "set" | "ttl";
  /** Seconds until they fall back, where they were set with a time to live. */
  readonly expiresIn?: number;
}

/** The weights, with a version for writers that must not overwrite each other, and a dead man's switch. */
export class Split {
  private weights: Weights = { stable: 100, canary: 0 };
  private revision = 1;
  private reason: SplitView["reason"] = "set";
  private expiry: { readonly at: number; readonly fallback: Weights } | undefined;
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  get etag(): string {
    this.expire();
    return `"${this.revision}"`;
  }

  view(): SplitView {
    this.expire();
    return { weights: this.weights, reason: this.reason, ...(this.expiry && { expiresIn: Math.ceil((this.expiry.at - this.now()) / 1000) }) };
  }

  /** @param ifMatch the `If-Match` header. @throws {ApiError} 400 for wrong weights, 412 when another writer was first. */
  put(body: unknown, ifMatch: string | undefined): void {
    const { weights, ttlSeconds, fallback } = (body ?? {}) as { weights?: unknown; ttlSeconds?: unknown; fallback?: { weights?: unknown } };
    const wanted = checkWeights(weights);
    if (ttlSeconds !== undefined && !(typeof ttlSeconds === "number" && ttlSeconds > 0)) throw new ApiError(400, "invalid_value", "ttlSeconds is a number above 0.");
    const back = ttlSeconds === undefined ? undefined : checkWeights(fallback?.weights ?? { stable: 100, canary: 0 });
    if (ifMatch !== undefined && ifMatch !== this.etag) throw new ApiError(412, "precondition_failed", "The weights were changed in the meantime. Read them again.");
    this.set(wanted, "set");
    this.expiry = back && { at: this.now() + (ttlSeconds as number) * 1000, fallback: back };
  }

  rollBack(): void {
    this.set({ stable: 100, canary: 0 }, "set");
    this.expiry = undefined;
  }

  /** @param random 0 ≤ random < 1 */
  draw(random: number): Variant {
    this.expire();
    return random * 100 < this.weights.canary ? "canary" : "stable";
  }

  private set(weights: Weights, reason: SplitView["reason"]): void {
    this.weights = weights;
    this.reason = reason;
    this.revision++;
  }

  private expire(): void {
    if (!this.expiry || this.now() < this.expiry.at) return;
    const { fallback } = this.expiry;
    this.expiry = undefined;
    this.set(fallback, "ttl");
  }
}

function checkWeights(value: unknown): Weights {
  const { stable, canary } = (value ?? {}) as Partial<Record<Variant, unknown>>;
  const isWeight = (weight: unknown): weight is number => typeof weight === "number" && weight >= 0 && weight <= 100;
  if (!isWeight(stable) || !isWeight(canary) || Math.abs(stable + canary - 100) > 1e-6) throw new ApiError(400, "invalid_value", "weights are {stable, canary}: two numbers from 0 to 100 whose sum is 100.");
  return { stable, canary };
}
