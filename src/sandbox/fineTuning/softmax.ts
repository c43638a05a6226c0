import { features } from "../learner.ts";

export interface TaughtExample {
  readonly text: string;
  readonly label: string;
}

/** A softmax regression on hashed features: what a fine-tuned model has learnt. */
export interface Head {
  readonly labels: readonly string[];
  /** A row of `DIMENSIONS` a label. */
  readonly weights: Float32Array;
  /** A bit a feature that was seen, hashed into `SEEN_BITS`. */
  readonly seen: Uint8Array;
}

export const DIMENSIONS = 2 ** 15;
export const SEEN_BITS = 2 ** 20;
const RATE = 0.5;

/** Log-probability of each label. */
export function logProbabilities({ labels, weights }: Pick<Head, "labels" | "weights">, text: string): Float64Array {
  const active = hashed(text).map(({ bucket }) => bucket);
  const scale = 1 / Math.sqrt(Math.max(1, active.length));
  const scores = new Float64Array(labels.length);
  for (let label = 0; label < labels.length; label++) {
    let sum = 0;
    for (const bucket of active) sum += weights[label * DIMENSIONS + bucket]!;
    scores[label] = sum * scale;
  }
  const most = Math.max(...scores);
  const log = most + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - most), 0));
  return scores.map((score) => score - log);
}

/** Share of a text's features that the model has been taught with, 0 … 1. */
export function familiarity({ seen }: Pick<Head, "seen">, text: string): number {
  const all = hashed(text);
  return all.length === 0 ? 0 : all.filter(({ bit }) => (seen[bit >> 3]! >> (bit & 7)) & 1).length / all.length;
}

/** Teaches a head by Adagrad, one example after the other, in an order that the seed decides. */
export class Teacher {
  readonly head: Head;
  private readonly squares: Float32Array;
  private readonly rate: number;
  private state: number;

  constructor(labels: readonly string[], { seed, rate = 1 }: { readonly seed: number; readonly rate?: number }) {
    this.head = { labels, weights: new Float32Array(labels.length * DIMENSIONS), seen: new Uint8Array(SEEN_BITS / 8) };
    this.squares = new Float32Array(this.head.weights.length);
    this.rate = RATE * rate;
    this.state = seed >>> 0;
  }

  /** The examples of an epoch in its order. */
  shuffled(examples: readonly TaughtExample[]): TaughtExample[] {
    const order = [...examples];
    for (let at = order.length - 1; at > 0; at--) {
      const other = this.random() % (at + 1);
      [order[at], order[other]] = [order[other]!, order[at]!];
    }
    return order;
  }

  /** One step; the loss before it (−ln of the right label's probability). */
  step({ text, label }: TaughtExample): number {
    const { labels, weights, seen } = this.head;
    const active = hashed(text);
    const scale = 1 / Math.sqrt(Math.max(1, active.length));
    const logs = logProbabilities(this.head, text);
    const right = labels.indexOf(label);
    for (let at = 0; at < labels.length; at++) {
      const gradient = (Math.exp(logs[at]!) - (at === right ? 1 : 0)) * scale;
      for (const { bucket } of active) {
        const index = at * DIMENSIONS + bucket;
        this.squares[index]! += gradient * gradient;
        weights[index]! -= (this.rate * gradient) / Math.sqrt(this.squares[index]! + 1e-8);
      }
    }
    for (const { bit } of active) seen[bit >> 3]! |= 1 << (bit & 7);
    return -logs[right]!;
  }

  /** xorshift32 (Marsaglia 2003). */
  private random(): number {
    let x = this.state || 0x9e3779b9;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (this.state = x >>> 0);
  }
}

/** The features of a text, each once: FNV-1a of 32 bits, cut to a bucket and to a bit. */
function hashed(text: string): { bucket: number; bit: number }[] {
  const hashes = new Set<number>();
  for (const feature of features(text)) {
    let hash = 0x811c9dc5;
    for (let at = 0; at < feature.length; at++) hash = Math.imul(hash ^ feature.charCodeAt(at), 0x01000193);
    hashes.add((hash ^ (hash >>> 15)) >>> 0);
  }
  return [...hashes].map((hash) => ({ bucket: hash % DIMENSIONS, bit: hash % SEEN_BITS }));
}
