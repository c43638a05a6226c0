import assert from "node:assert/strict";
import { scenarioOf } from "../../../src/core/rollouts/simulate/scenario.ts";
import { simulate } from "../../../src/core/rollouts/simulate/simulate.ts";
import { binomial, poisson } from "../../../src/core/rollouts/simulate/traffic.ts";
import { createRandom } from "../../../src/core/regression/statistics/random.ts";
import { rulesOf } from "./rules.ts";

const ask = (traffic: number, canaryError: number, more: object = {}) => scenarioOf({ traffic, baselineError: 0.01, canaryError, rules: { ratio: 1.1, ...rulesOf() }, holdback: 0.05, ...more });

describe("simulated rollouts", () => {
  it("promote a healthy version in time, and find a bad one (the whole table is in test/simulations)", () => {
    const healthy = simulate(ask(100, 0.01), 300, 3);
    assert.ok(healthy.rolledBack <= 0.05, `${healthy.rolledBack} rolled back`);
    assert.ok(healthy.medianMinutes! <= 240, `${healthy.medianMinutes} min`);
    const bad = simulate(ask(100, 0.03), 300, 3);
    assert.ok(bad.rolledBack >= 0.99 && bad.medianCanaryRequests! <= 430, JSON.stringify(bad));
  });

  it("find a doubled latency within 100 requests of the canary", () => {
    const slow = simulate(ask(100, 0.01, { baselineP95: 400, canaryP95: 800 }), 200, 5);
    assert.ok(slow.rolledBack >= 0.99 && slow.medianCanaryRequests! <= 100, JSON.stringify(slow));
  });

  it("are the same for the same seed, and others for another", () => {
    const [one, same, other] = [1, 1, 2].map((seed) => simulate(ask(100, 0.02), 50, seed));
    assert.deepEqual(one, same);
    assert.notDeepEqual(one, other);
  });

  it("draw from the distributions that they name", () => {
    const random = createRandom(7);
    const moments = (draw: () => number, n = 40_000) => {
      const values = Array.from({ length: n }, draw);
      const mean = values.reduce((a, b) => a + b, 0) / n;
      return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n };
    };
    for (const mean of [0.5, 20, 400]) {
      const drawn = moments(() => poisson(random, mean));
      assert.ok(Math.abs(drawn.mean / mean - 1) < 0.03 && Math.abs(drawn.variance / mean - 1) < 0.05, JSON.stringify(drawn));
    }
    const drawn = moments(() => binomial(random, 40, 0.3));
    assert.ok(Math.abs(drawn.mean / 12 - 1) < 0.02 && Math.abs(drawn.variance / 8.4 - 1) < 0.05, JSON.stringify(drawn));
  });
});
