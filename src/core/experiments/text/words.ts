import { diffWordsWithSpace } from "diff";

/** Characters of both texts together beyond which a diff by words would take too long to wait for. */
const MOST = 200_000;
const TIME_LIMIT_MS = 100;

/** A piece of a text; `changed`: the other text does not have it here. */
export interface Piece {
  readonly text: string;
  readonly changed: boolean;
}

/**
 * Both texts in pieces, by which words differ. Texts that are too long or too different for that are said
 * to have changed as a whole.
 */
export function wordDiff(before: string, after: string): { before: Piece[]; after: Piece[] } {
  if (before === after) return { before: whole(before, false), after: whole(after, false) };
  const changes = before.length + after.length > MOST ? undefined : diffWordsWithSpace(before, after, { timeout: TIME_LIMIT_MS });
  if (!changes) return { before: whole(before, true), after: whole(after, true) };
  const pieces = (side: "removed" | "added") => changes.filter((change) => change[side] || (!change.added && !change.removed)).map((change) => ({ text: change.value, changed: change[side] }));
  return { before: pieces("removed"), after: pieces("added") };
}

function whole(text: string, changed: boolean): Piece[] {
  return text === "" ? [] : [{ text, changed }];
}
