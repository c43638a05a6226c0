/** Characters of a shingle. */
const LENGTH = 5;
/** Shingles that this share of the first rows has are their template's, and say nothing of a row. */
const COMMON_SHARE = 0.1;
const SKETCH = 2 ** 22;

/** Hashes of a text's character 5-shingles, 32 bits each, in the order of the text and with repetitions; case and white space make no difference. */
export function shingleHashes(text: string): Uint32Array {
  const clean = text.toLowerCase().replace(/\s+/g, " ").trim();
  const count = Math.max(1, clean.length - LENGTH + 1);
  const hashes = new Uint32Array(clean.length === 0 ? 0 : count);
  for (let at = 0; at < hashes.length; at++) {
    let hash = 0x811c9dc5;
    const end = Math.min(at + LENGTH, clean.length);
    for (let index = at; index < end; index++) hash = Math.imul(hash ^ clean.charCodeAt(index), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hashes[at] = (hash ^ (hash >>> 13)) >>> 0;
  }
  return hashes;
}

/** Counts in how many rows each shingle is: a sketch of fixed size, which may count a shingle too often by a few. */
export class CommonShingles {
  private counts: Uint16Array | undefined = new Uint16Array(SKETCH);
  private rows = 0;
  /** A bit a cell of the sketch, which then fits into a processor's cache. */
  private readonly common = new Uint8Array(SKETCH / 8);
  private any = false;

  add(hashes: Uint32Array): void {
    this.rows++;
    for (const hash of new Set(hashes)) this.counts![hash % SKETCH]!++;
  }

  /** From now on `without` knows what is common, and nothing is added. Of few rows nothing is common. */
  settle(): void {
    const least = this.rows < 100 ? Infinity : this.rows * COMMON_SHARE;
    for (const [cell, count] of this.counts!.entries()) {
      if (count <= least) continue;
      this.common[cell >> 3]! |= 1 << (cell & 7);
      this.any = true;
    }
    this.counts = undefined;
  }

  /** The shingles of a row that are its own. */
  without(hashes: Uint32Array): Uint32Array {
    if (!this.any) return hashes;
    const own = new Uint32Array(hashes.length);
    let count = 0;
    for (let at = 0; at < hashes.length; at++) {
      const cell = hashes[at]! % SKETCH;
      if (((this.common[cell >> 3]! >> (cell & 7)) & 1) === 0) own[count++] = hashes[at]!;
    }
    return own.subarray(0, count);
  }
}

/** |A ∩ B| / |A ∪ B| of the sets of shingles; of two empty ones 0. */
export function jaccard(a: Uint32Array, b: Uint32Array): number {
  const left = new Set(a);
  const right = new Set(b);
  let shared = 0;
  for (const hash of right) if (left.has(hash)) shared++;
  const all = left.size + right.size - shared;
  return all === 0 ? 0 : shared / all;
}
