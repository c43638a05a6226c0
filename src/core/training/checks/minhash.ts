export const BANDS = 20;
const ROWS_A_BAND = 5;
const BINS = BANDS * ROWS_A_BAND;
const EMPTY = 0xffff_ffff;

/**
 * The band hashes of a set of shingles, 32 bits each: two sets with a Jaccard of 0.8 share one with probability
 * 0.9996. One-permutation hashing (Li, Owen, Zhang 2012): each shingle falls into one of 100 bins, which keeps its
 * least hash; an empty bin borrows from one that a fixed random order names (optimal densification, Shrivastava 2017).
 *
 * @param into where the bands go, from `at` on.
 * @returns `false` for a set of fewer than `fewest` shingles, of which nothing can be said.
 */
export function bandHashes(shingles: Uint32Array, into: Uint32Array, fewest = 5): boolean {
  if (shingles.length < fewest) return false;
  bins.fill(EMPTY);
  for (const shingle of shingles) {
    const value = Math.imul(shingle ^ 0x9e3779b1, 0x85ebca6b) >>> 0;
    const bin = Math.floor((shingle * BINS) / 0x1_0000_0000);
    if (value < bins[bin]!) bins[bin] = value === EMPTY ? EMPTY - 1 : value;
  }
  for (let band = 0; band < BANDS; band++) {
    let hash = band + 1;
    for (let row = 0; row < ROWS_A_BAND; row++) {
      hash = Math.imul(hash ^ valueOf(band * ROWS_A_BAND + row), 0x5bd1e995);
      hash ^= hash >>> 15;
    }
    into[band] = hash >>> 0;
  }
  return true;
}

/** Used again for every set: one is made out of thousands a second. */
const bins = new Uint32Array(BINS);

function valueOf(bin: number): number {
  let at = bin;
  for (let attempt = 1; bins[at] === EMPTY; attempt++) at = ((Math.imul(bin + 1, 0x9e3779b1) ^ Math.imul(attempt, 0x85ebca77)) >>> 8) % BINS;
  return bins[at]! ^ (at === bin ? 0 : Math.imul(at + 1, 0xc2b2ae35));
}
