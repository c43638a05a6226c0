import { distance } from "fastest-levenshtein";

/**
 * The candidate a person most likely meant by `name`, or `undefined` when none is near.
 * @param most largest number of characters that may differ.
 */
export function nearest(name: string, candidates: readonly string[], most = name.length < 3 ? 1 : Math.max(2, Math.floor(name.length / 3))): string | undefined {
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let bestDistance = most + 1;
  for (const candidate of candidates) {
    const found = distance(wanted, candidate.toLowerCase());
    if (found < bestDistance) [best, bestDistance] = [candidate, found];
  }
  return best;
}

/** ` Did you mean "x"?`, else a list of what is possible, to be put after a sentence. */
export function didYouMean(name: string, candidates: readonly string[]): string {
  const best = nearest(name, candidates);
  if (best !== undefined) return ` Did you mean ${JSON.stringify(best)}?`;
  return candidates.length > 0 ? ` Possible: ${candidates.join(", ")}.` : "";
}
