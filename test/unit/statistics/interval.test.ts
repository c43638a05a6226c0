import assert from "node:assert/strict";
import fc from "fast-check";
import { pairedInterval, wilsonInterval } from "../../../src/core/regression/statistics/interval.ts";

const differences = [0, 0, -1, 0, 1 / 3, -2 / 3, 0, 0, -1, 0, 0, -1 / 3];

function close(actual: readonly number[], expected: readonly number[]): void {
  actual.forEach((value, i) => assert.ok(Math.abs(value - expected[i]!) < 1e-9, `${value} is not ${expected[i]}`));
}

describe("pairedInterval", () => {
  // scipy.stats.ttest_1samp(d, 0).confidence_interval(…), SciPy 1.17.1.
  it("is the paired t interval, 90 % by default", () => {
    const { mean, low, high } = pairedInterval(differences);
    close([mean, low, high], [-0.2222222222222222, -0.4473368131909762, 0.002892368746531676]);
    const wider = pairedInterval(differences, { confidence: 0.95 });
    close([wider.low, wider.high], [-0.4981162377414765, 0.05367179329703209]);
  });

  // NumPy: Σ_c (Σ e)²/n² · C/(C − 1), t.ppf(.95, C − 1).
  it("takes clusters into account", () => {
    const { low, high } = pairedInterval(differences, { clusters: [0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 4, 4] });
    close([low, high], [-0.4244900838894293, -0.019954360555015066]);
    const single = pairedInterval(differences, { clusters: differences.map((_, i) => i) });
    close([single.low, single.high], [-0.4473368131909762, 0.002892368746531676]);
    const one = pairedInterval(differences, { clusters: differences.map(() => "all") });
    assert.deepEqual([one.low, one.high], [-Infinity, Infinity]);
  });

  it("never claims certainty from equal differences", () => {
    assert.deepEqual(pairedInterval(Array<number>(60).fill(0)), { mean: 0, low: -0.05, high: 0.05 });
    assert.deepEqual(pairedInterval([-1]), { mean: -1, low: -4, high: 2 });
    // The same difference of thirds, through different roundings.
    const thirds = [1 / 3 - 0, 1 - 2 / 3, 2 / 3 - 1 / 3];
    assert.equal(new Set(thirds).size > 1, true);
    close([pairedInterval(thirds).high], [1 / 3 + 1]);
  });

  it("refuses nothing and not-a-number", () => {
    assert.throws(() => pairedInterval([]), RangeError);
    assert.throws(() => pairedInterval([0, NaN]), RangeError);
  });
});

describe("wilsonInterval", () => {
  // scipy.stats.binomtest(k, n).proportion_ci(level, "wilson"), SciPy 1.17.1.
  it("equals SciPy's", () => {
    for (const [k, n, level, low, high] of [
      [0, 20, 0.9, 0, 0.11915783736096448], [0, 20, 0.95, 0, 0.16112515805281935], [11, 12, 0.9, 0.6988317205601311, 0.9811839504836382],
      [95, 120, 0.9, 0.72458980254229, 0.8458815716885512], [95, 120, 0.95, 0.7105232156701865, 0.8547156039189031], [20, 20, 0.9, 0.8808421626390355, 1],
    ] as const) {
      const interval = wilsonInterval(k, n, level);
      close([interval.low, interval.high], [low, high]);
    }
  });

  it("contains the rate and stays within 0 … 1", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, rate) => {
        const { low, high } = wilsonInterval(rate * n, n);
        assert.ok(0 <= low && low <= rate + 1e-12 && rate <= high + 1e-12 && high <= 1);
      }),
      { seed: 1 },
    );
    assert.throws(() => wilsonInterval(3, 2), RangeError);
    assert.throws(() => wilsonInterval(0, 0), RangeError);
  });
});
