import assert from "node:assert/strict";
import fc from "fast-check";
import { quantileSwapTest, signPermutationTest } from "../../../src/core/regression/statistics/permutation.ts";
import { quantile } from "../../../src/core/regression/statistics/quantile.ts";
import { createRandom } from "../../../src/core/regression/statistics/random.ts";

const differences = [12.5, -3.1, 8.8, 20.4, -1.2, 5.5, 7.9, 15.3, -6.6, 9.1];
const baseline = [100, 120, 90, 250, 110, 130, 105, 98, 400, 115];
const candidate = [130, 118, 125, 380, 140, 128, 150, 97, 420, 160];

/** Three standard errors of a simulated p of 10,000 permutations. */
function near(actual: number, exact: number): void {
  const allowed = 3 * Math.sqrt((exact * (1 - exact)) / 10_000) + 1e-4;
  assert.ok(Math.abs(actual - exact) < allowed, `${actual} is not near ${exact}`);
}

// Exact p: scipy.stats.permutation_test(permutation_type="samples", n_resamples=inf), SciPy 1.17.1.
describe("permutation tests", () => {
  it("mean of differences", () => {
    const result = signPermutationTest(differences, "mean");
    near(result.greater, 0.017578125);
    near(result.less, 0.9833984375);
    assert.ok(Math.abs(result.observed - 6.86) < 1e-9);
  });

  it("median of differences, against all 2ⁿ signs", () => {
    for (const values of [differences, differences.slice(0, 9), [-4, 1, -2, -2, 3]]) {
      const observed = quantile(values, 0.5);
      let atLeast = 0;
      let atMost = 0;
      for (let mask = 0; mask < 2 ** values.length; mask++) {
        const value = quantile(values.map((d, i) => ((mask >> i) & 1 ? -d : d)), 0.5);
        if (value >= observed - 1e-9) atLeast++;
        if (value <= observed + 1e-9) atMost++;
      }
      const result = signPermutationTest(values, "median");
      assert.equal(result.observed, observed);
      near(result.greater, atLeast / 2 ** values.length);
      near(result.less, atMost / 2 ** values.length);
    }
  });

  it("quantiles by swapping the arms within pairs", () => {
    for (const [q, statistic, p] of [[0.5, 22.5, 0.03125], [0.9, 119, 0.25], [0.95, 69.5, 0.25]] as const) {
      const result = quantileSwapTest(baseline, candidate, q);
      assert.ok(Math.abs(result.observed - statistic) < 1e-9);
      near(result.greater, p);
    }
  });

  it("finds a slower candidate, and not a faster one", () => {
    const random = createRandom(5);
    const before = Array.from({ length: 600 }, () => 100 * (1 - Math.log(1 - random.uniform())));
    const slower = Array.from({ length: 600 }, () => 130 * (1 - Math.log(1 - random.uniform())));
    const result = quantileSwapTest(before, slower, 0.95);
    assert.ok(result.greater < 0.01 && result.less > 0.99);
    assert.ok(quantileSwapTest(slower, before, 0.95).less < 0.01);
  });

  it("gives the same p for the same seed, and is never 0", () => {
    const first = signPermutationTest(differences, "mean", { seed: 42 });
    assert.deepEqual(signPermutationTest(differences, "mean", { seed: 42 }), first);
    assert.notDeepEqual(signPermutationTest(differences, "mean", { seed: 43 }), first);
    const certain = signPermutationTest(Array<number>(60).fill(1.5), "mean", { permutations: 99 });
    assert.equal(certain.greater, 0.01);
  });

  it("says 1 on both sides where nothing differs", () => {
    assert.deepEqual(signPermutationTest([0, 0, 0], "mean"), { less: 1, greater: 1, observed: 0 });
    assert.deepEqual(quantileSwapTest([5, 7, 9], [5, 7, 9], 0.95), { less: 1, greater: 1, observed: 0 });
  });

  it("counts sums that are equal on paper as equal", () => {
    // 0.3 − 0.1 − 0.2 and −0.3 + 0.1 + 0.2 are both 0 on paper, and neither in floating point.
    const { less, greater } = signPermutationTest([0.3, -0.1, -0.2], "mean");
    near(less, 5 / 8);
    near(greater, 5 / 8);
  });

  it("refuses what cannot be tested", () => {
    assert.throws(() => signPermutationTest([], "mean"), /at least one pair/);
    assert.throws(() => signPermutationTest([1, NaN], "median"), /finite values, not NaN/);
    assert.throws(() => quantileSwapTest([1, 2], [1], 0.5), /2 and 1 values/);
    assert.throws(() => quantileSwapTest([1], [1], 1.5), RangeError);
  });
});

describe("quantile", () => {
  it("interpolates as numpy.quantile does", () => {
    for (const [q, value] of [[0, 90], [0.25, 101.25], [0.5, 112.5], [0.95, 332.5], [1, 400]] as const) {
      assert.ok(Math.abs(quantile(baseline, q) - value) < 1e-9);
    }
    assert.equal(quantile([7], 0.95), 7);
  });
});

describe("createRandom", () => {
  it("is uniform, and every seed has its own sequence", () => {
    const random = createRandom(9);
    const counts = new Array<number>(16).fill(0);
    for (let i = 0; i < 16_000; i++) counts[Math.floor(random.uniform() * 16)]!++;
    const chiSquare = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    assert.ok(chiSquare < 37.7, `chi-square ${chiSquare} of 15 degrees of freedom`); // p = 0.001
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (a, b) => {
        fc.pre(a !== b);
        const [x, y] = [createRandom(a), createRandom(b)];
        assert.notDeepEqual([x.uint32(), x.uint32(), x.uint32()], [y.uint32(), y.uint32(), y.uint32()]);
      }),
      { seed: 1 },
    );
  });
});
