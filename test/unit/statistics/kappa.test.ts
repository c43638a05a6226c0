import assert from "node:assert/strict";
import { cohensKappa } from "../../../src/core/regression/statistics/kappa.ts";

describe("Cohen's kappa", () => {
  /** Computed apart from the formula, by the delta method with numeric derivatives of κ over the four cells. */
  const TABLE: [cells: [number, number, number, number], kappa: number, low: number, high: number][] = [
    [[20, 5, 10, 15], 0.4, 0.19111, 0.60889],
    [[45, 15, 25, 15], 0.130434783, -0.031849, 0.292719],
    [[25, 35, 5, 35], 0.259259259, 0.132343, 0.386176],
    [[40, 3, 2, 5], 0.60815047, 0.346767, 0.869534],
    [[9, 1, 1, 9], 0.8, 0.57932, 1],
  ];
  for (const [[passPass, passFail, failPass, failFail], kappa, low, high] of TABLE) {
    it(`of ${passPass}, ${passFail}, ${failPass}, ${failFail}`, () => {
      const found = cohensKappa({ passPass, passFail, failPass, failFail })!;
      for (const [value, expected] of [[found.kappa, kappa], [found.low, low], [found.high, high]] as const) assert.ok(Math.abs(value - expected) < 2e-6, `${value} ≠ ${expected}`);
      assert.equal(found.n, passPass + passFail + failPass + failFail);
    });
  }

  it("is the same whoever is called the first", () => {
    const [one, other] = [cohensKappa({ passPass: 20, passFail: 5, failPass: 10, failFail: 15 })!, cohensKappa({ passPass: 20, passFail: 10, failPass: 5, failFail: 15 })!];
    for (const key of ["kappa", "low", "high"] as const) assert.ok(Math.abs(one[key] - other[key]) < 1e-12);
  });

  it("of full agreement claims no certainty", () => {
    const found = cohensKappa({ passPass: 10, passFail: 0, failPass: 0, failFail: 10 })!;
    assert.deepEqual([found.kappa, found.agreement, found.high], [1, 1, 1]);
    assert.ok(Math.abs(found.low - 0.7) < 1e-12);
  });

  it("below chance is negative", () => {
    const found = cohensKappa({ passPass: 0, passFail: 5, failPass: 5, failFail: 0 })!;
    assert.deepEqual([found.kappa, found.agreement, found.low], [-1, 0, -1]);
  });

  it("is not defined for nothing, or where all is one verdict", () => {
    assert.equal(cohensKappa({ passPass: 0, passFail: 0, failPass: 0, failFail: 0 }), undefined);
    assert.equal(cohensKappa({ passPass: 7, passFail: 0, failPass: 0, failFail: 0 }), undefined);
    assert.ok(cohensKappa({ passPass: 7, passFail: 1, failPass: 0, failFail: 0 }));
  });
});
