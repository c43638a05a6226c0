import { diffArrays } from "diff";

/** Milliseconds that a diff may take; beyond it the whole text is one change. */
const TIME_LIMIT_MS = 1000;
const LINE_END = /\r\n|\n|\r/;

interface Piece {
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly isChange: boolean;
}

/** Two texts as what they share and what they do not, in order; the changes are those of `hunksOf`. */
export class ChangedText {
  private readonly before: string;
  private readonly after: string;
  private readonly pieces: readonly Piece[];
  /** Number of changes. */
  readonly count: number;

  constructor(before: string, after: string) {
    this.before = before;
    this.after = after;
    this.pieces = piecesOf(before.split(LINE_END), after.split(LINE_END));
    this.count = this.pieces.filter(({ isChange }) => isChange).length;
  }

  /** The text before, with some of its changes (numbers from 0). Its lines end as those of the text after do. */
  with(changes: ReadonlySet<number>): string {
    if (changes.size === 0) return this.before;
    if (changes.size === this.count) return this.after;
    let number = -1;
    const lines = this.pieces.flatMap(({ before, after, isChange }) => (!isChange || changes.has(++number) ? after : before));
    return lines.join(LINE_END.exec(this.after)?.[0] ?? LINE_END.exec(this.before)?.[0] ?? "\n");
  }
}

function piecesOf(before: readonly string[], after: readonly string[]): Piece[] {
  const parts = diffArrays([...before], [...after], { timeout: TIME_LIMIT_MS });
  if (!parts) return [{ before, after, isChange: true }];
  const pieces: Piece[] = [];
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (!part.added && !part.removed) {
      pieces.push({ before: part.value, after: part.value, isChange: false });
      continue;
    }
    const next = parts[i + 1];
    const paired = next && (next.added || next.removed) && next.added !== part.added ? next : undefined;
    if (paired) i++;
    const [gone, fresh] = part.removed ? [part, paired] : [paired, part];
    pieces.push({ before: gone?.value ?? [], after: fresh?.value ?? [], isChange: true });
  }
  return pieces;
}
