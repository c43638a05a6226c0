/** The distributions that the tests and intervals here need, to about 1e-12. */

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** ln Γ(x) for x > 0 (Lanczos, g = 7, nine terms). */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const t = x + 6.5;
  let series = LANCZOS[0]!;
  for (let i = 1; i < LANCZOS.length; i++) series += LANCZOS[i]! / (x - 1 + i);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(series);
}

/**
 * Φ(x), of full relative accuracy in both tails: the series of Marsaglia (2004) near the centre,
 * the continued fraction of Mills' ratio beyond it.
 */
export function normalCdf(x: number): number {
  if (Number.isNaN(x)) return NaN;
  const distance = Math.abs(x);
  const density = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
  if (distance < 3) {
    let term = x;
    let sum = x;
    for (let k = 3; Math.abs(term) > 1e-17; k += 2) {
      term *= (x * x) / k;
      sum += term;
    }
    return 0.5 + density * sum;
  }
  let fraction = distance;
  for (let k = 120; k >= 1; k--) fraction = distance + k / fraction;
  const tail = density / fraction;
  return x < 0 ? tail : 1 - tail;
}

/** The x with Φ(x) = p, for 0 < p < 1. */
export function normalQuantile(p: number): number {
  return quantileOf(normalCdf, p);
}

/**
 * P(T ≤ t) of Student's t with `df` > 0 degrees of freedom, through the regularised incomplete beta
 * function (Abramowitz & Stegun 26.7.1).
 */
export function tCdf(t: number, df: number): number {
  const tail = 0.5 * incompleteBeta(df / (df + t * t), df / 2, 0.5);
  return t < 0 ? tail : 1 - tail;
}

/** The t with P(T ≤ t) = p, for 0 < p < 1. */
export function tQuantile(p: number, df: number): number {
  return quantileOf((t) => tCdf(t, df), p);
}

/** I_x(a, b): the continued fraction DLMF 8.17.22 by Lentz's method. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1), tiny);
  let value = d;
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / awayFromZero(1 + even * d, tiny);
    c = awayFromZero(1 + even / c, tiny);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / awayFromZero(1 + odd * d, tiny);
    c = awayFromZero(1 + odd / c, tiny);
    value *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return front * value;
}

function awayFromZero(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}

/** Bisection on a distribution that is symmetric about 0: slow (tens of µs), and right everywhere. */
function quantileOf(cdf: (x: number) => number, p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`A quantile needs a probability between 0 and 1, not ${p}.`);
  if (p === 0.5) return 0;
  const tail = Math.min(p, 1 - p);
  let inner = 0;
  let outer = -1;
  while (cdf(outer) > tail) {
    inner = outer;
    outer *= 2;
  }
  for (let middle = (inner + outer) / 2; middle !== inner && middle !== outer; middle = (inner + outer) / 2) {
    if (cdf(middle) > tail) inner = middle;
    else outer = middle;
  }
  return p < 0.5 ? outer : -outer;
}
