import assert from "node:assert/strict";
import fc from "fast-check";
import { holm } from "../../../src/core/regression/statistics/holm.ts";
import { minimumDetectableEffect, passVariance, requiredCases, requiredRepeats } from "../../../src/core/regression/statistics/power.ts";

describe("holm", () => {
  it("adjusts step by step, in the order given", () => {
    // By hand: 0.01·4; 0.02·3 = 0.06; 0.03·2 = 0.06; 0.04·1 raised to 0.06.
    const adjusted = holm([0.04, 0.01, 0.03, 0.02]);
    [0.06, 0.04, 0.06, 0.06].forEach((p, i) => assert.ok(Math.abs(adjusted[i]! - p) < 1e-15));
    assert.deepEqual(holm([0.5, 0.9]), [1, 1]);
    assert.deepEqual(holm([0.03]), [0.03]);
    assert.deepEqual(holm([]), []);
  });

  it("with three gates proves five broken cases, not four", () => {
    assert.ok(holm([0.03125, 0.5, 0.5])[0]! > 0.05);
    assert.ok(holm([0.015625, 0.5, 0.5])[0]! <= 0.05);
  });

  it("never lies below the raw value nor above Bonferroni's, and keeps the order", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }), (ps) => {
        const adjusted = holm(ps);
        ps.forEach((p, i) => {
          assert.ok(adjusted[i]! >= p && adjusted[i]! <= Math.min(1, p * ps.length) + 1e-15);
          ps.forEach((q, j) => assert.ok(p > q || adjusted[i]! <= adjusted[j]!));
        });
      }),
      { seed: 1 },
    );
    assert.throws(() => holm([0.1, NaN]), RangeError);
  });
});

describe("planning", () => {
  const variance = { between: 0.02, withinBaseline: 0.09, withinCandidate: 0.1 };

  // z(.95) + z(.8) = 2.4864748605243863 by scipy.stats.norm.ppf; the rest is arithmetic.
  it("cases needed, and the effect that a number of cases finds", () => {
    assert.equal(requiredCases(-0.05, 3, variance), 207);
    assert.ok(Math.abs(minimumDetectableEffect(100, 3, variance) - 0.07178) < 1e-5);
    assert.ok(requiredCases(0.05, 3, variance, { alpha: 0.05 / 3 }) > 207);
    assert.ok(requiredCases(0.05, 3, variance, { power: 0.9 }) > 207);
  });

  it("repeats needed, and when no repeats would do", () => {
    // room = 100·(0.06/2.48647)² − 0.02 = 0.03823; 0.19/0.03823 = 4.97.
    assert.equal(requiredRepeats(0.06, 100, variance), 5);
    assert.equal(requiredRepeats(0.03, 100, variance), undefined);
  });

  it("agrees with itself", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 0.5, noNaN: true }), fc.integer({ min: 1, max: 9 }), (effect, repeats) => {
        const n = requiredCases(effect, repeats, variance);
        assert.ok(minimumDetectableEffect(n, repeats, variance) <= effect + 1e-9);
        const k = requiredRepeats(effect, n, variance);
        assert.ok(k !== undefined && k <= repeats);
      }),
      { seed: 1 },
    );
  });

  it("promises nothing below four broken answers", () => {
    const none = { between: 0, withinBaseline: 0, withinCandidate: 0 };
    assert.equal(minimumDetectableEffect(100, 1, none), 0.04);
    assert.equal(requiredCases(0.02, 1, none), 200);
    assert.equal(requiredRepeats(0.01, 100, none), undefined);
    assert.throws(() => requiredCases(0, 1, variance), RangeError);
  });

  it("separates noise of repeats from differences between cases", () => {
    // By hand: differences −1/3, 0, −1, 1/3 have variance 35/108; s(3 − s)/6 averaged over cases.
    const parts = passVariance([3, 2, 3, 0], [2, 2, 0, 1], 3);
    assert.ok(Math.abs(parts.withinBaseline - 1 / 12) < 1e-12);
    assert.ok(Math.abs(parts.withinCandidate - 3 / 12) < 1e-12);
    assert.ok(Math.abs(parts.between - (35 / 108 - (1 / 12 + 3 / 12) / 3)) < 1e-12);
    const single = passVariance([1, 1, 0, 1], [1, 0, 0, 1], 1);
    assert.deepEqual([single.withinBaseline, single.withinCandidate], [0, 0]);
    assert.ok(Math.abs(single.between - 0.25) < 1e-12);
    assert.throws(() => passVariance([1], [1], 1), RangeError);
  });
});
