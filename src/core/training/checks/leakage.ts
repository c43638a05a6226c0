import { hash53, normalised } from "../data/hash.ts";
import type { StartCheck, SuiteText } from "./check.ts";
import { BANDS, bandHashes } from "./minhash.ts";
import { jaccard, shingleHashes } from "./shingles.ts";

/** Characters under which a text is too common to have leaked. */
const SHORTEST = 12;

/**
 * Rows whose question is a case of a suite, exactly or nearly: a model that has learnt the exam passes it, and
 * nobody knows what it can do.
 */
export const leakage: StartCheck = ({ findings, config, suiteTexts }) => {
  if (!findings.wants("leakage") || suiteTexts.length === 0) return undefined;
  const index = new TextIndex(suiteTexts);
  return {
    row({ input }, _index, { line }) {
      const found = index.find(input, config.similarity);
      if (found) findings.add({ severity: "error", code: "leakage", line, message: `The question is ${found.exact ? "" : `nearly (${Math.round(found.similarity * 100)} %) `}a case of ${found.name}: a model that has learnt it passes that case whatever it can do. Take the row out, or the case.` });
    },
  };
};

/** Texts that others are looked up in, by MinHash and then exactly. */
class TextIndex {
  private readonly exact = new Map<number, string>();
  private readonly bands = Array.from({ length: BANDS }, () => new Map<number, number[]>());
  private readonly shingles: { name: string; hashes: Uint32Array }[] = [];
  private readonly one = new Uint32Array(BANDS);

  constructor(texts: readonly SuiteText[]) {
    for (const { text, name } of texts) {
      const clean = normalised(text);
      if (clean.length < SHORTEST || this.exact.has(hash53(clean))) continue;
      this.exact.set(hash53(clean), name);
      const hashes = shingleHashes(clean);
      if (!bandHashes(hashes, this.one)) continue;
      const at = this.shingles.push({ name, hashes }) - 1;
      for (const [band, table] of this.bands.entries()) table.set(this.one[band]!, [...(table.get(this.one[band]!) ?? []), at]);
    }
  }

  find(text: string, similarity: number): { name: string; exact: boolean; similarity: number } | undefined {
    const clean = normalised(text);
    const exact = this.exact.get(hash53(clean));
    if (exact !== undefined) return { name: exact, exact: true, similarity: 1 };
    const hashes = shingleHashes(clean);
    if (!bandHashes(hashes, this.one)) return undefined;
    const candidates = new Set<number>();
    for (const [band, table] of this.bands.entries()) for (const at of table.get(this.one[band]!) ?? []) candidates.add(at);
    let best: { name: string; exact: boolean; similarity: number } | undefined;
    for (const at of candidates) {
      const { name, hashes: other } = this.shingles[at]!;
      const shared = jaccard(hashes, other);
      if (shared >= similarity && shared > (best?.similarity ?? 0)) best = { name, exact: false, similarity: shared };
    }
    return best;
  }
}
