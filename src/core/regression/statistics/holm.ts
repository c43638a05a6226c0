/**
 * p-values adjusted by Holm's step-down method (1979): comparing each with α keeps the chance of any
 * false alarm among them at α, whatever their dependence.
 *
 * @param pValues one per gate, each in 0 … 1.
 * @returns adjusted values in the order given.
 */
export function holm(pValues: readonly number[]): number[] {
  const bad = pValues.find((p) => !(p >= 0 && p <= 1));
  if (bad !== undefined) throw new RangeError(`A p-value lies between 0 and 1, not at ${bad}.`);
  const order = [...pValues.keys()].sort((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = new Array<number>(pValues.length);
  let running = 0;
  order.forEach((index, rank) => {
    running = Math.max(running, Math.min(1, (pValues.length - rank) * pValues[index]!));
    adjusted[index] = running;
  });
  return adjusted;
}
