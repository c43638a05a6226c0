import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { compareVersions } from "../../../src/core/training/checks/drift.ts";
import { jensenShannon, kolmogorovSmirnov, populationStability } from "../../../src/core/training/checks/distance.ts";
import { createRandom } from "../../../src/core/regression/statistics/random.ts";

interface Vectors {
  readonly ks: readonly { readonly statistic: number; readonly p: number; readonly exact: number; readonly a: readonly number[]; readonly b: readonly number[] }[];
  readonly js: readonly { readonly p: readonly number[]; readonly q: readonly number[]; readonly js: number; readonly psi: number }[];
}

/** By scipy 1.17: `ks_2samp`, `special.kolmogorov`, `distance.jensenshannon(base=2)`; PSI by numpy. */
const VECTORS = JSON.parse(readFileSync(new URL("distances.json", import.meta.url), "utf8")) as Vectors;

describe("distances between samples", () => {
  it("are those of scipy to nine digits", () => {
    for (const { a, b, statistic, p, exact } of VECTORS.ks) {
      const found = kolmogorovSmirnov(a, b);
      assert.ok(Math.abs(found.statistic - statistic) < 1e-9 && Math.abs(found.p - p) < 1e-9, `${JSON.stringify(found)} is not ${statistic}, ${p}`);
      assert.ok(Math.abs(found.p - exact) < 0.02, `the approximation ${found.p} is far from the exact ${exact}`);
    }
    for (const { p, q, js, psi } of VECTORS.js) {
      assert.ok(Math.abs(jensenShannon(p, q) - js) < 1e-9, `${jensenShannon(p, q)} is not ${js}`);
      assert.ok(Math.abs(populationStability(p, q) - psi) < 1e-9, `${populationStability(p, q)} is not ${psi}`);
    }
  });

  it("are 0 for equal samples, and 1 for those that share nothing", () => {
    assert.deepEqual(kolmogorovSmirnov([1, 2, 3], [1, 2, 3]), { statistic: 0, p: 1 });
    assert.equal(kolmogorovSmirnov([1, 2], [3, 4]).statistic, 1);
    assert.equal(jensenShannon([1, 0], [0, 1]), 1);
    assert.throws(() => jensenShannon([0], [1]), RangeError);
  });
});

describe("drift against the version before", () => {
  const random = createRandom(11);
  const lengths = (mean: number, n: number) => Array.from({ length: n }, () => Math.round(mean + 40 * (random.uniform() + random.uniform() + random.uniform() - 1.5)));
  const labels = (a: number, b: number) => [{ label: "a", count: a }, { label: "b", count: b }];

  it("is told of what is large and certain, and never of few rows", () => {
    const before = { rows: 2000, lengths: lengths(100, 2000), labels: labels(1000, 1000) };
    const told = (after: Parameters<typeof compareVersions>[1]) => compareVersions(before, after).map(({ feature, statistic, drifted }) => [feature, statistic, drifted]);
    assert.deepEqual(told({ rows: 2000, lengths: lengths(100, 2000), labels: labels(980, 1020) }), [["length", "ks", false], ["label", "psi", false], ["label", "jensen-shannon", false]]);
    assert.deepEqual(told({ rows: 2000, lengths: lengths(115, 2000), labels: labels(300, 1700) }), [["length", "ks", true], ["label", "psi", true], ["label", "jensen-shannon", true]]);
    assert.deepEqual(told({ rows: 200, lengths: lengths(115, 200), labels: labels(30, 170) }).map(([, , drifted]) => drifted), [undefined, undefined, undefined]);
  });

  it("is told in at most 2 of 100 comparisons without any", () => {
    let alarms = 0;
    for (let round = 0; round < 100; round++) {
      const share = () => Array.from({ length: 600 }, () => random.uniform()).filter((value) => value < 0.5).length;
      const [one, other] = [share(), share()];
      const found = compareVersions({ rows: 600, lengths: lengths(100, 600), labels: labels(one, 600 - one) }, { rows: 600, lengths: lengths(100, 600), labels: labels(other, 600 - other) });
      if (found.some(({ drifted }) => drifted)) alarms++;
    }
    assert.ok(alarms <= 2, `${alarms} of 100`);
  });
});
