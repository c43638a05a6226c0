import assert from "node:assert/strict";
import { logGamma, normalCdf, normalQuantile, tCdf, tQuantile } from "../../../src/core/regression/statistics/special.ts";

function close(actual: number, expected: number, relative = 1e-11): void {
  assert.ok(Math.abs(actual - expected) <= relative * Math.max(Math.abs(expected), 1e-300), `${actual} is not ${expected}`);
}

// Expected values: SciPy 1.17.1 (scipy.stats.norm, scipy.stats.t, scipy.special.gammaln).
describe("distributions", () => {
  it("normal distribution, into its tails", () => {
    for (const [x, p] of [
      [-8, 6.22096057427174e-16], [-3.5, 0.00023262907903552502], [-1.6448536269514722, 0.05], [-0.3, 0.3820885778110474],
      [0, 0.5], [1, 0.8413447460685429], [2.9, 0.998134186699616], [3.1, 0.9990323967867817],
    ] as const) close(normalCdf(x), p);
  });

  it("normal quantiles", () => {
    for (const [p, x] of [
      [1e-9, -5.9978070150076865], [0.001, -3.090232306167813], [0.05, -1.6448536269514722], [0.8, 0.8416212335729143],
      [0.95, 1.6448536269514722], [0.975, 1.959963984540054],
    ] as const) close(normalQuantile(p), x);
    assert.equal(normalQuantile(0.5), 0);
    assert.throws(() => normalQuantile(1), RangeError);
  });

  it("Student's t: 95 % and 97.5 % quantiles and the distribution", () => {
    for (const [df, q95, q975, below] of [
      [1, 6.313751514675037, 12.706204736174694, 0.20871440016015272],
      [2, 2.9199855803537242, 4.302652729749462, 0.16162351590802015],
      [3, 2.3533634348018233, 3.1824463052837078, 0.14223375436394853],
      [4, 2.1318467863266495, 2.7764451051977934, 0.13172579823561206],
      [11, 1.7958848187040433, 2.200985160091639, 0.11009063134992092],
      [29, 1.6991270265334972, 2.045229642132703, 0.1019195918310149],
      [119, 1.657759284942833, 1.9800998764569397, 0.09805668417524915],
      [4999, 1.6451584985826644, 1.9604386466615247, 0.09683045280268875],
    ] as const) {
      close(tQuantile(0.95, df), q95, 1e-10);
      close(tQuantile(0.975, df), q975, 1e-10);
      close(tQuantile(0.05, df), -q95, 1e-10);
      close(tCdf(-1.3, df), below, 1e-10);
      close(tCdf(1.3, df), 1 - below, 1e-10);
    }
  });

  it("ln Γ", () => {
    for (const [x, value] of [
      [0.1, 2.252712651734206], [0.5, 0.5723649429247], [2.5, 0.2846828704729192], [10, 12.801827480081469], [171.5, 709.1431630309283],
    ] as const) close(logGamma(x), value);
  });
});
