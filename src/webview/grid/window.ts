/** Indexes of what is in view, and a little around it. */
export interface Shown {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** All rows have one height, so that which are in view is a division, however many there are. */
export function rowsInView(top: number, height: number, rowHeight: number, count: number, around: number): Shown {
  const from = Math.max(0, Math.floor(top / rowHeight) - around);
  return { from: Math.min(from, count), to: Math.min(count, Math.ceil((top + height) / rowHeight) + around) };
}

/** @param widths in pixels, of columns that follow each other. */
export function columnsInView(left: number, width: number, widths: readonly number[]): Shown {
  let from = 0;
  let offset = 0;
  while (from < widths.length && offset + widths[from]! <= left) offset += widths[from++]!;
  let to = from;
  while (to < widths.length && offset < left + width) offset += widths[to++]!;
  return { from, to };
}
