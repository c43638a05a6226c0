import assert from "node:assert/strict";
import { addAbove, addBelow, addBet, addRatio, BETTER, logMean, noEvidence, STAKES, WORSE } from "../../../src/core/rollouts/decision/evidence.ts";

/** P(X = k), X ~ Binomial(n, p), by multiplication. */
function binomialPmf(n: number, k: number, p: number): number {
  let chance = (1 - p) ** (n - k);
  for (let i = 1; i <= k; i++) chance *= (p * (n - k + i)) / i;
  return chance;
}

function close(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= 1e-12 * Math.max(1, Math.abs(expected)), `${actual} is not ${expected}`);
}

describe("evidence about a canary", () => {
  it("expects exactly 1 at the edge of the hypothesis, whatever the weight, and less inside of it", () => {
    for (const factors of [WORSE, BETTER]) {
      for (const [ratio, share, units, bad] of [[1.1, 0.05, 400, 7], [2, 0.5, 60, 12], [11, 0.1, 100, 3]] as const) {
        const expectation = (truth: number) => {
          const chance = (truth * share) / (truth * share + 1 - share);
          let sum = 0;
          for (let canary = 0; canary <= bad; canary++) {
            const logs = noEvidence(factors);
            addRatio(logs, factors, ratio, { units: units * share, bad: canary }, { units: units * (1 - share), bad: bad - canary });
            sum += binomialPmf(bad, canary, chance) * Math.exp(logMean(logs));
          }
          return sum;
        };
        close(expectation(ratio), 1);
        assert.ok(expectation(factors === WORSE ? ratio * 0.8 : ratio * 1.2) < 1);
        assert.ok(expectation(factors === WORSE ? ratio * 2 : ratio / 2) > 1);
      }
    }
  });

  it("is the number that Python computes", () => {
    // Python: log(sum(exp(9*log(t/1.1) - 29*log((t*.1+.9)/(1.1*.1+.9))) for t in [1.1*f for f in (1.25, 1.5, 2, 3, 5, 10)]) / 6)
    const logs = noEvidence(WORSE);
    addRatio(logs, WORSE, 1.1, { units: 100, bad: 9 }, { units: 900, bad: 20 });
    close(logMean(logs), 3.2777290885566246);
  });

  it("adds up over polls, and is weaker by the design effect", () => {
    const whole = noEvidence(WORSE);
    addRatio(whole, WORSE, 1.1, { units: 100, bad: 9 }, { units: 900, bad: 20 });
    const parts = noEvidence(WORSE);
    for (let i = 0; i < 2; i++) addRatio(parts, WORSE, 1.1, { units: 100, bad: 9 }, { units: 900, bad: 20 }, 2);
    for (const [index, log] of parts.entries()) close(log, whole[index]!);
  });

  it("learns nothing where one arm served nobody, or nothing went wrong", () => {
    for (const [canary, stable] of [[{ units: 0, bad: 0 }, { units: 50, bad: 5 }], [{ units: 50, bad: 5 }, { units: 0, bad: 0 }], [{ units: 50, bad: 0 }, { units: 50, bad: 0 }]] as const) {
      const logs = noEvidence(WORSE);
      addRatio(logs, WORSE, 1.1, canary, stable);
      assert.deepEqual(logs, noEvidence(WORSE));
    }
  });

  it("about the canary alone expects at most 1 at its bound", () => {
    const expectation = (add: typeof addAbove, factors: readonly number[], rate: number, truth: number) => {
      let sum = 0;
      for (let bad = 0; bad <= 80; bad++) {
        const logs = noEvidence(factors);
        add(logs, factors, rate, { units: 80, bad });
        sum += binomialPmf(80, bad, truth) * Math.exp(logMean(logs));
      }
      return sum;
    };
    close(expectation(addAbove, WORSE, 0.05, 0.05), 1);
    assert.ok(expectation(addAbove, WORSE, 0.05, 0.04) < 1);
    const below = expectation(addBelow, BETTER, 0.05, 0.05);
    assert.ok(below < 1 && below > 0.9, `${below}`);
    assert.ok(expectation(addBelow, BETTER, 0.05, 0.06) < 1);
    assert.ok(expectation(addBelow, BETTER, 0.05, 0.01) > 5);
  });

  it("of scores is fair where the mean difference is 0, and no stake can lose all", () => {
    const logs = noEvidence(STAKES);
    for (const gain of [-1, 0.98, -0.3, 1]) addBet(logs, STAKES, gain);
    const expected = Math.log(STAKES.reduce((sum, stake) => sum + (1 - stake) * (1 + stake * 0.98) * (1 - stake * 0.3) * (1 + stake), 0) / STAKES.length);
    close(logMean(logs), expected);
    const fair = [-1, 1].map((gain) => {
      const one = noEvidence(STAKES);
      addBet(one, STAKES, gain);
      return Math.exp(logMean(one));
    });
    close((fair[0]! + fair[1]!) / 2, 1);
  });

  it("stays finite beyond a double's range", () => {
    const logs = noEvidence(WORSE);
    addRatio(logs, WORSE, 1.1, { units: 10_000, bad: 9_000 }, { units: 10_000, bad: 10 });
    assert.ok(Number.isFinite(logMean(logs)) && logMean(logs) > 700);
  });
});
