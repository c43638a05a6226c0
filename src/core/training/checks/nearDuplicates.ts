import { setImmediate as breathe } from "node:timers/promises";
import type { Row } from "../data/row.ts";
import type { StartCheck } from "./check.ts";
import { BANDS, bandHashes } from "./minhash.ts";
import { CommonShingles, jaccard, shingleHashes } from "./shingles.ts";

/** Rows whose shingles decide which are the template's. */
const TEMPLATE_ROWS = 10_000;
/** Rows of a bucket that a row is compared with, and comparisons in all. */
const MOST_IN_BUCKET = 8;
const MOST_COMPARED = 300_000;

/**
 * Rows whose questions are nearly the same as an earlier row's. Candidates share a band of their MinHash; each is
 * then compared exactly. Shingles of a template that the rows share are left out on both ways.
 */
export function nearDuplicates(notices: string[]): StartCheck {
  return ({ findings, rows, config, signal }) => {
    if (!findings.wants("near-duplicates")) return undefined;
    const common = new CommonShingles();
    let waiting: { index: number; hashes: Uint32Array }[] | undefined = [];
    const bands = new BandTable();
    const place = (index: number, hashes: Uint32Array) => bands.put(index, common.without(hashes));
    const settle = () => {
      common.settle();
      for (const { index, hashes } of waiting ?? []) place(index, hashes);
      waiting = undefined;
    };
    const shinglesOf = (index: number) => {
      const row = rows.read(index);
      return row && common.without(shingleHashes(textOf(row)));
    };
    return {
      row(row, index) {
        const hashes = shingleHashes(textOf(row));
        if (!waiting) return place(index, hashes);
        common.add(hashes);
        waiting.push({ index, hashes });
        if (waiting.length >= TEMPLATE_ROWS) settle();
      },
      async end() {
        if (waiting) settle();
        const twin = new Int32Array(rows.length).fill(-1);
        let compared = 0;
        let left = 0;
        for (let band = 0; band < BANDS; band++) {
          await breathe(undefined, { signal });
          for (const bucket of bands.buckets(band)) {
            for (let at = 1; at < bucket.length; at++) {
              const index = bucket[at]!;
              if (twin[index] !== -1) continue;
              const before = bucket.slice(0, at).filter((other) => rows.inputs.at(other) !== rows.inputs.at(index) && twin[other] === -1).slice(-MOST_IN_BUCKET);
              const own = before.length > 0 && compared < MOST_COMPARED ? shinglesOf(index) : undefined;
              if (!own) {
                left += before.length;
                continue;
              }
              for (const other of before) {
                if (++compared % 1000 === 0) await breathe(undefined, { signal });
                const others = shinglesOf(other);
                if (!others || jaccard(own, others) < config.similarity) continue;
                twin[index] = other;
                break;
              }
            }
          }
        }
        if (left > 0) notices.push(`${left} more pairs of rows look alike and were not compared: remove the near duplicates that are listed, and check again.`);
        for (const [index, other] of twin.entries()) {
          if (other === -1) continue;
          findings.add({ severity: "warning", code: "near-duplicates", line: rows.lines.at(index), message: `The question is nearly that of line ${rows.lineNumber(other)}.` });
        }
      },
    };
  };
}

function textOf({ input, output }: Row): string {
  return input.trim() === "" ? output : input;
}

/** The band hashes of all rows: 84 bytes a row. */
class BandTable {
  private hashes = Array.from({ length: BANDS }, () => new Uint32Array(1024));
  private rows = new Uint32Array(1024);
  private length = 0;
  private readonly one = new Uint32Array(BANDS);

  put(index: number, shingles: Uint32Array): void {
    if (!bandHashes(shingles, this.one)) return;
    if (this.length === this.rows.length) {
      this.hashes = this.hashes.map(doubled);
      this.rows = doubled(this.rows);
    }
    for (let band = 0; band < BANDS; band++) this.hashes[band]![this.length] = this.one[band]!;
    this.rows[this.length++] = index;
  }

  /** Rows that share a band's hash, each group in the order of the file. Hash and place are sorted as one number: a sort by a function takes ten times as long. */
  *buckets(band: number): Generator<number[]> {
    const { length } = this;
    const places = 2 ** Math.ceil(Math.log2(Math.max(2, length)));
    const kept = Math.min(32, 53 - Math.log2(places));
    const shift = 2 ** (32 - kept);
    const sorted = new Float64Array(length);
    for (let at = 0; at < length; at++) sorted[at] = Math.floor(this.hashes[band]![at]! / shift) * places + at;
    sorted.sort();
    let bucket: number[] = [];
    let last = -1;
    for (const value of sorted) {
      const hash = Math.floor(value / places);
      if (hash !== last) {
        if (bucket.length > 1) yield bucket;
        bucket = [];
        last = hash;
      }
      bucket.push(this.rows[value % places]!);
    }
    if (bucket.length > 1) yield bucket;
  }
}

function doubled(values: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(values.length * 2);
  larger.set(values);
  return larger;
}
