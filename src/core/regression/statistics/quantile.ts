/**
 * The q-quantile with linear interpolation between order statistics (type 7 of Hyndman & Fan 1996:
 * the default of NumPy and R).
 *
 * @param sorted ascending, at least one value.
 * @param q in 0 … 1.
 */
export function quantileOfSorted(sorted: ArrayLike<number>, q: number): number {
  const { low, high, weight } = quantileRanks(sorted.length, q);
  return interpolate(sorted[low]!, sorted[high]!, weight);
}

/** Copies and sorts; see `quantileOfSorted`. */
export function quantile(values: readonly number[], q: number): number {
  return quantileOfSorted(Float64Array.from(values).sort(), q);
}

/** The two zero-based ranks between which the q-quantile of n values lies, and the weight of the upper. */
export function quantileRanks(n: number, q: number): { low: number; high: number; weight: number } {
  if (n < 1) throw new RangeError("A quantile needs at least one value.");
  if (!(q >= 0 && q <= 1)) throw new RangeError(`A quantile lies between 0 and 1, not at ${q}.`);
  const position = (n - 1) * q;
  const low = Math.floor(position);
  return { low, high: Math.ceil(position), weight: position - low };
}

export function interpolate(low: number, high: number, weight: number): number {
  return weight === 0 ? low : low + (high - low) * weight;
}
