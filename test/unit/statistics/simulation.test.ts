import assert from "node:assert/strict";
import { pairedInterval } from "../../../src/core/regression/statistics/interval.ts";
import { createRandom } from "../../../src/core/regression/statistics/random.ts";
import { signFlipMidP } from "../../../src/core/regression/statistics/signFlip.ts";

const ALPHA = 0.05;

/**
 * Two runs on the same cases. A case's chance to pass is Beta(0.85, 0.15), so that two identical runs
 * differ on 12.7 % of the cases; the candidate's is lower by `drop`.
 */
function simulate(sims: number, n: number, repeats: number, drop: number, seed: number): { naive: number; proven: number; contradictions: number } {
  const random = createRandom(seed);
  // Jöhnk's method for shapes below 1.
  const chance = (): number => {
    for (;;) {
      const x = random.uniform() ** (1 / 0.85);
      const y = random.uniform() ** (1 / 0.15);
      if (x + y <= 1) return x / (x + y);
    }
  };
  const run = (p: number): number => {
    let passes = 0;
    for (let k = 0; k < repeats; k++) if (random.uniform() < p) passes++;
    return passes;
  };
  let naive = 0;
  let proven = 0;
  let contradictions = 0;
  for (let s = 0; s < sims; s++) {
    const differences: number[] = [];
    let before = 0;
    for (let i = 0; i < n; i++) {
      const p = chance();
      const baseline = run(p);
      before += baseline;
      differences.push(run(Math.max(0, p - drop)) - baseline);
    }
    if (differences.reduce((a, b) => a + b, 0) < -0.02 * before) naive++;
    if (signFlipMidP(differences).less <= ALPHA) {
      proven++;
      if (pairedInterval(differences.map((k) => k / repeats)).high >= 0) contradictions++;
    }
  }
  return { naive: naive / sims, proven: proven / sims, contradictions };
}

/** Four standard errors of a share of `sims`. */
function band(share: number, sims: number): number {
  return 4 * Math.sqrt((share * (1 - share)) / sims);
}

describe("the sign-flip test on simulated runs", () => {
  it("raises at most 5.6 % false alarms, where a naive threshold raises many", () => {
    for (const [n, repeats, naive] of [[50, 1, 0.423], [100, 3, 0.198]] as const) {
      const result = simulate(12_000, n, repeats, 0, 11);
      assert.ok(result.proven <= 0.056, `${result.proven} false alarms at n = ${n}, K = ${repeats}`);
      assert.ok(result.proven > 0.025, "an exact test that never alarms would be useless");
      assert.ok(Math.abs(result.naive - naive) < 0.03, `naive ${result.naive}`);
    }
  });

  it("finds real drops as often as it should, and its 90 % interval never contradicts it", () => {
    let proven = 0;
    let contradictions = 0;
    for (const [n, repeats, drop, power] of [[50, 3, 0.05, 0.44], [100, 1, 0.1, 0.72], [100, 3, 0.05, 0.68], [200, 3, 0.05, 0.91]] as const) {
      const sims = 2000;
      const result = simulate(sims, n, repeats, drop, 23);
      assert.ok(Math.abs(result.proven - power) < band(power, sims) + 0.005, `power ${result.proven}, not ${power}, at n = ${n}, K = ${repeats}`);
      proven += result.proven * sims;
      contradictions += result.contradictions;
    }
    assert.ok(contradictions / proven < 0.002, `${contradictions} of ${proven}`);
  });
});
