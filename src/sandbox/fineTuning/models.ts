import type { Disk } from "./disk.ts";
import { DIMENSIONS, familiarity, type Head, logProbabilities, SEEN_BITS } from "./softmax.ts";

/** Below this share of known features a text is so far from what was taught that the model answers as its base. */
const FAMILIAR = 0.1;
const REMEMBERED = 8;

/** A fine-tuned model. */
export interface TunedModel {
  readonly base: string;
  readonly labels: readonly string[];
  /** The answer that was taught for a label, as it was written. */
  readonly answers: Readonly<Record<string, string>>;
  /** Log-probability of each label; `undefined` for a text unlike all that was taught. */
  judge(text: string): Float64Array | undefined;
}

interface Stored {
  readonly id: string;
  readonly base: string;
  readonly created: number;
  readonly labels: readonly string[];
  readonly answers: Readonly<Record<string, string>>;
}

/** The fine-tuned models of a folder; ids look like `ft:sandbox-small:local:SUFFIX:HASH`. */
export class TunedModels {
  private readonly disk: Disk;
  private readonly loaded = new Map<string, TunedModel>();

  constructor(disk: Disk) {
    this.disk = disk;
  }

  save(model: Stored, { weights, seen }: Head): void {
    const name = fileOf(model.id);
    this.disk.write(Buffer.concat([Buffer.from(weights.buffer), seen]), "models", `${name}.bin`);
    // Last: a model is there when its description is.
    this.disk.write(JSON.stringify(model), "models", `${name}.json`);
  }

  list(): { readonly id: string; readonly created: number }[] {
    return this.disk.names("models", ".json").flatMap((name) => this.disk.json<Stored>("models", `${name}.json`) ?? []);
  }

  find(id: string): TunedModel | undefined {
    if (!id.startsWith("ft:")) return undefined;
    const known = this.loaded.get(id) ?? this.load(id);
    if (!known) return undefined;
    this.loaded.delete(id);
    this.loaded.set(id, known);
    if (this.loaded.size > REMEMBERED) this.loaded.delete(this.loaded.keys().next().value!);
    return known;
  }

  private load(id: string): TunedModel | undefined {
    const name = fileOf(id);
    const stored = this.disk.json<Stored>("models", `${name}.json`);
    const bytes = stored && this.disk.read("models", `${name}.bin`);
    if (!bytes) return undefined;
    const size = stored.labels.length * DIMENSIONS * 4;
    if (bytes.length !== size + SEEN_BITS / 8) return undefined;
    const copy = new Uint8Array(bytes);
    const head: Head = { labels: stored.labels, weights: new Float32Array(copy.buffer, 0, size / 4), seen: copy.subarray(size) };
    return { base: stored.base, labels: stored.labels, answers: stored.answers, judge: (text) => (familiarity(head, text) < FAMILIAR ? undefined : logProbabilities(head, text)) };
  }
}

function fileOf(id: string): string {
  return encodeURIComponent(id).replaceAll("%", "_").slice(0, 120);
}
