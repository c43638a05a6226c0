import assert from "node:assert/strict";
import fc from "fast-check";
import { signFlipMidP } from "../../../src/core/regression/statistics/signFlip.ts";
import { normalCdf } from "../../../src/core/regression/statistics/special.ts";

function cases(broken: number, fixed: number, same = 0): number[] {
  return [...Array<number>(broken).fill(-1), ...Array<number>(fixed).fill(1), ...Array<number>(same).fill(0)];
}

function close(actual: number, expected: number, relative = 1e-12): void {
  assert.ok(Math.abs(actual - expected) <= relative * expected, `${actual} is not ${expected}`);
}

/** Every one of the 2ⁿ assignments of signs to the units. */
function bruteForce(units: readonly number[]): number {
  const observed = units.reduce((sum, k) => sum + k, 0);
  let score = 0;
  for (let mask = 0; mask < 2 ** units.length; mask++) {
    const sum = units.reduce((total, k, i) => total + ((mask >> i) & 1 ? -k : k), 0);
    score += sum < observed ? 1 : sum === observed ? 0.5 : 0;
  }
  return score / 2 ** units.length;
}

describe("signFlipMidP", () => {
  // scipy 1.17.1: binom.cdf(fixed − 1, n, ½) + ½·binom.pmf(fixed, n, ½), McNemar's one-sided mid-p.
  it("is McNemar's mid-p for single runs", () => {
    for (const [broken, fixed, p] of [
      [3, 0, 0.0625], [4, 0, 0.03125], [5, 0, 0.015625], [10, 3, 0.0286865234375], [17, 2, 0.0002012252807617189],
      [25, 12, 0.016776219839812256], [7, 7, 0.5], [40, 20, 0.004926724097629631],
    ] as const) {
      const result = signFlipMidP(cases(broken, fixed, 50));
      close(result.less, p, 1e-9);
      close(result.greater, 1 - p, 1e-9);
      assert.equal(result.method, "exact");
    }
  });

  it("tells worse from better", () => {
    const worse = signFlipMidP(cases(12, 2));
    const better = signFlipMidP(cases(2, 12));
    assert.ok(worse.less < 0.01 && worse.greater > 0.99);
    assert.deepEqual([better.less, better.greater], [worse.greater, worse.less]);
  });

  it("proves nothing without a difference", () => {
    assert.deepEqual(signFlipMidP([0, 0, 0]), { less: 0.5, greater: 0.5, method: "exact" });
    assert.deepEqual(signFlipMidP([]), { less: 0.5, greater: 0.5, method: "exact" });
  });

  // itertools.product over all signs in Python; the last from exact integer convolution (fractions).
  it("counts repeats", () => {
    assert.equal(signFlipMidP([-3, 1, -2, 0, -1, 2, -3, -1]).less, 0.10546875);
    assert.equal(signFlipMidP([-2, -4, 6, -8, -2, -2]).less, 0.1640625);
    assert.equal(signFlipMidP([5, -1, -1, -1, -1]).less, 0.515625);
    close(signFlipMidP(Array.from({ length: 120 }, (_, i) => ((i * 5) % 7) - 4)).less, 1.2599059461425015e-7);
  });

  it("equals brute force for up to 12 cases", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -6, max: 6 }), { maxLength: 12 }), (differences) => {
        const { less, greater } = signFlipMidP(differences);
        assert.ok(Math.abs(less - bruteForce(differences)) < 1e-14);
        assert.ok(Math.abs(less + greater - 1) < 1e-14);
      }),
      { numRuns: 150, seed: 1 },
    );
  });

  it("flips whole clusters", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: 0, max: 4 })), { maxLength: 30 }), (rows) => {
        const sums = [0, 0, 0, 0, 0];
        for (const [k, cluster] of rows) sums[cluster]! += k;
        const { less } = signFlipMidP(rows.map(([k]) => k), rows.map(([, cluster]) => `group ${cluster}`));
        assert.ok(Math.abs(less - bruteForce(sums)) < 1e-14);
      }),
      { numRuns: 100, seed: 1 },
    );
    assert.throws(() => signFlipMidP([1, 2], ["a"]), /2 values cannot have 1 cluster/);
  });

  it("does not change with the unit of the differences", () => {
    const differences = [-3, 1, -2, 0, -1, 2, -3, -1];
    assert.deepEqual(signFlipMidP(differences.map((k) => k * 100_000_000)), signFlipMidP(differences));
  });

  it("goes over to the normal approximation only where exact is too long, and the two agree there", () => {
    const differences = Array.from({ length: 6000 }, (_, i) => ((i * 7919) % 11) - 5 - (i % 60 === 0 ? 1 : 0));
    const exact = signFlipMidP(differences);
    assert.equal(exact.method, "exact");
    const sum = differences.reduce((a, b) => a + b, 0);
    const sd = Math.sqrt(differences.reduce((a, b) => a + b * b, 0));
    assert.ok(exact.less > 0.01 && exact.less < 0.5);
    close(exact.less, normalCdf(sum / sd), 0.01);

    const long = signFlipMidP([...differences, ...differences, ...differences]);
    assert.equal(long.method, "normal");
    close(long.less, normalCdf((sum / sd) * Math.sqrt(3)), 1e-4);
    assert.ok(Math.abs(long.less + long.greater - 1) < 1e-12);
  });

  it("refuses what is no count", () => {
    assert.throws(() => signFlipMidP([0.5, 1]), /integer differences, not 0.5/);
    assert.throws(() => signFlipMidP([NaN]), RangeError);
  });
});
