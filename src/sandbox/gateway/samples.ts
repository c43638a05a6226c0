import type { Variant } from "./split.ts";

/** A request as it was answered, for whoever judges answers or looks for what failed. */
export interface Sample {
  readonly id: number;
  /** When it was answered, milliseconds since the epoch. */
  readonly at: number;
  readonly variant: Variant;
  readonly session: string | undefined;
  readonly status: number;
  readonly latencyMs: number;
  readonly input: string;
  readonly output: string;
}

const KEPT = 2000;
const MAX_CHARS = 4000;
const PAGE = 200;

/** The last answers. */
export class Samples {
  private kept: Sample[] = [];
  private last = 0;

  add(sample: Omit<Sample, "id">): void {
    this.kept.push({ ...sample, id: ++this.last, input: sample.input.slice(0, MAX_CHARS), output: sample.output.slice(0, MAX_CHARS) });
    if (this.kept.length > 2 * KEPT) this.kept = this.kept.slice(-KEPT);
  }

  /** The oldest after `id`, in the order of their ends; only those that failed where `failed` is set. `undefined` begins with what comes next. */
  after(id: number | undefined, { failed, variant }: { failed: boolean; variant: string | null }): { readonly samples: readonly Sample[]; readonly next: number } {
    if (id === undefined) return { samples: [], next: this.last };
    const samples = this.kept.filter((sample) => sample.id > id && (!failed || sample.status >= 500) && (variant === null || sample.variant === variant)).slice(0, PAGE);
    return { samples, next: samples.length === PAGE ? samples.at(-1)!.id : this.last };
  }
}
