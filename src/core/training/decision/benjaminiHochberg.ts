/**
 * p-values adjusted by Benjamini and Hochberg's step-up method (1995): of what is told at a level, at most that share
 * is false, on average.
 *
 * @param pValues each in 0 … 1.
 * @returns adjusted values in the order given.
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const order = [...pValues.keys()].sort((a, b) => pValues[b]! - pValues[a]!);
  const adjusted = new Array<number>(pValues.length);
  let running = 1;
  order.forEach((index, at) => {
    running = Math.min(running, (pValues[index]! * pValues.length) / (pValues.length - at));
    adjusted[index] = running;
  });
  return adjusted;
}
