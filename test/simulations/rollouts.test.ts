import assert from "node:assert/strict";
import { scenarioOf } from "../../src/core/rollouts/simulate/scenario.ts";
import { type Scenario, simulate, type Simulated } from "../../src/core/rollouts/simulate/simulate.ts";
import type { Conditions } from "../../src/core/rollouts/simulate/traffic.ts";
import { errorRate, rulesOf } from "../unit/rollouts/rules.ts";

/** Traffic as production has it: a daily cycle, bursts, and 20 minutes in which both versions answer a third with errors. */
const REAL: Conditions = { cycle: 0.6, burst: { chance: 0.05, factor: 4 }, outage: { from: 40, minutes: 20, rate: 0.33 } };
const HEALTHY_SIMS = 4000;
const SIMS = 1000;

function scenario(traffic: number, canaryError: number, more: object = {}): Scenario {
  return scenarioOf({ traffic, baselineError: 0.01, canaryError, rules: { ratio: 1.1, ...rulesOf() }, holdback: 0.05, ...more });
}

function show(name: string, { sims, rolledBack, promoted, held, medianCanaryRequests, medianMinutes, p90Minutes, stepMinutes }: Simulated): void {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  console.log(`      ${name}: rolled back ${percent(rolledBack)} (${medianCanaryRequests ?? "–"} requests), promoted ${percent(promoted)} in ${medianMinutes ?? "–"} (${p90Minutes ?? "–"}) min [${stepMinutes.join("/")}], held ${percent(held)}, n = ${sims}`);
}

describe("the decision, simulated at the promised sizes", () => {
  for (const traffic of [10, 100, 1000]) {
    it(`rolls at most 5 % of healthy versions back at ${traffic} requests a minute, with bursts, a daily cycle and a shared outage`, () => {
      const result = simulate({ ...scenario(traffic, 0.01), conditions: REAL }, HEALTHY_SIMS, traffic);
      show(`${traffic}/min, healthy`, result);
      assert.ok(result.rolledBack <= 0.05, `${result.rolledBack}`);
      assert.ok(result.rolledBack > 0, "an e-process that never alarms would be useless");
    });
  }

  it("also at the edge of the tolerance, where the error rate is 1.1 times the stable one's", () => {
    const result = simulate(scenario(100, 0.011), HEALTHY_SIMS, 2);
    show("100/min, ratio 1.1", result);
    assert.ok(result.rolledBack <= 0.05, `${result.rolledBack}`);
  });

  it("takes a healthy version through five steps of 30 minutes in 240 minutes (median) at 100 a minute", () => {
    const result = simulate(scenario(100, 0.01), HEALTHY_SIMS, 4);
    show("100/min, calm", result);
    assert.ok(result.medianMinutes! <= 240 && result.promoted >= 0.95);
  });

  for (const [metrics, most] of [[1, 430], [3, 580]] as const) {
    it(`finds 3 % against 1 % errors within ${most} requests of the canary (median) with ${metrics} metrics`, () => {
      for (const traffic of [100, 1000]) {
        const result = simulate(scenario(traffic, 0.03, { metrics }), SIMS, traffic);
        show(`${traffic}/min, 3 % against 1 %, ${metrics} metrics`, result);
        assert.ok(result.rolledBack >= 0.99 && result.medianCanaryRequests! <= most, `${traffic}/min: ${JSON.stringify(result)}`);
      }
    });
  }

  it("finds a doubled latency within 100 requests of the canary (median)", () => {
    for (const traffic of [100, 1000]) {
      const result = simulate(scenario(traffic, 0.01, { baselineP95: 400, canaryP95: 800 }), SIMS, 6);
      show(`${traffic}/min, p95 doubled`, result);
      assert.ok(result.rolledBack >= 0.99 && result.medianCanaryRequests! <= 100, JSON.stringify(result));
    }
  });

  it("finds a twofold fault that begins at 50 %, since healthy evidence does not carry over", () => {
    const result = simulate({ ...scenario(100, 0.02), faultFrom: 3 }, SIMS, 7);
    show("100/min, ratio 2 from 50 % on", result);
    assert.ok(result.promoted <= 0.15, `${result.promoted} passed`);
  });

  it("stays within 5 % where retries share a fate in fives: with their design effect, and where sessions are the unit", () => {
    const clustered = { ...scenario(100, 0.01), clustered: 5 };
    const naive = simulate(clustered, SIMS, 8);
    const corrected = simulate({ ...clustered, rules: rulesOf({ metrics: [errorRate({ designEffect: 5 })] }) }, HEALTHY_SIMS, 8);
    const sessions = simulate(scenario(20, 0.01), HEALTHY_SIMS, 8);
    show("clusters of 5, taken for independent", naive);
    show("clusters of 5, design effect 5", corrected);
    show("sessions of 5", sessions);
    assert.ok(naive.rolledBack > 0.2, "without the correction a healthy version is rolled back often");
    assert.ok(corrected.rolledBack <= 0.05 && sessions.rolledBack <= 0.05);
  });
});
