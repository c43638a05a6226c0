import assert from "node:assert/strict";
import { decide } from "../../../src/core/rollouts/decision/decide.ts";
import { type DecisionRules, detectAt } from "../../../src/core/rollouts/decision/rules.ts";
import { type DecisionState, enterStep, newState, observe, type ScorePair } from "../../../src/core/rollouts/decision/state.ts";
import { errorRate, rulesOf } from "./rules.ts";

const MINUTE = 60_000;
type Four = readonly [canaryUnits: number, canaryBad: number, stableUnits: number, stableBad: number];

function poll(state: DecisionState, rules: DecisionRules, [canaryUnits, canaryBad, stableUnits, stableBad]: Four, minutes = 1): void {
  observe(state, rules, { "error-rate": { canary: { units: canaryUnits, bad: canaryBad }, stable: { units: stableUnits, bad: stableBad } } }, minutes * MINUTE);
}

describe("the decision at a poll", () => {
  it("rules out, step by step, what would double the next step's errors", () => {
    assert.deepEqual([0, 1, 2, 3, 4].map((step) => detectAt(rulesOf(), step)), [11, 5, 3, 2, undefined]);
  });

  it("is insufficient while it knows too little, and says what it waits for", () => {
    const rules = rulesOf();
    const state = newState(rules);
    poll(state, rules, [12, 0, 300, 3], 10);
    const decision = decide(state, rules);
    assert.equal(decision.verdict, "insufficient");
    assert.deepEqual(decision.waitsFor, [{ kind: "time", ms: 20 * MINUTE }, { kind: "requests", count: 8 }, { kind: "evidence", metric: "error-rate" }]);
  });

  it("finds a breach, and a healthy step", () => {
    const rules = rulesOf();
    const bad = newState(rules);
    poll(bad, rules, [100, 8, 1900, 19]);
    assert.equal(decide(bad, rules).verdict, "breach");
    assert.equal(decide(bad, rules).metrics[0]?.because, "ratio");
    const good = newState(rules);
    poll(good, rules, [500, 5, 9500, 95], 30);
    assert.equal(decide(good, rules).verdict, "healthy");
  });

  it("never calls no data healthy: neither without an observation, nor with one arm, nor with no requests", () => {
    const rules = rulesOf({ stepMs: MINUTE });
    const state = newState(rules);
    observe(state, rules, {}, 100 * MINUTE);
    assert.equal(state.stepMs, 0);
    assert.equal(decide(state, rules).verdict, "insufficient");
    for (const counts of [[0, 0, 10_000, 100], [0, 0, 0, 0]] as const) {
      const empty = newState(rules);
      poll(empty, rules, counts, 100);
      assert.equal(decide(empty, rules).verdict, "insufficient");
    }
    const last = newState(rules);
    enterStep(last, rules, 4);
    poll(last, rules, [10_000, 100, 0, 0], 100);
    assert.equal(decide(last, rules).verdict, "insufficient", "nothing to compare with");
    poll(last, rules, [0, 0, 100, 1], 1);
    assert.equal(decide(last, rules).verdict, "healthy");
  });

  it("does not carry healthy evidence into the next step, but breach evidence", () => {
    const rules = rulesOf();
    const state = newState(rules);
    poll(state, rules, [500, 5, 9500, 95], 30);
    const before = decide(state, rules).metrics[0]!;
    enterStep(state, rules, 1);
    const after = decide(state, rules).metrics[0]!;
    assert.equal(after.healthy, 1);
    assert.equal(after.breach, before.breach);
  });

  it("finds a fault that begins late nearly as fast as one that begins at once", () => {
    const rules = rulesOf({ stepMs: MINUTE });
    const requestsUntilFound = (state: DecisionState) => {
      for (let requests = 0; ; requests += 50) {
        if (decide(state, rules).verdict === "breach") return requests;
        poll(state, rules, [50, 3, 50, 1]);
      }
    };
    const fresh = newState(rules);
    enterStep(fresh, rules, 3);
    const late = newState(rules);
    for (let step = 0; step < 3; step++) {
      enterStep(late, rules, step);
      poll(late, rules, [1000, 10, 3000, 30], 30);
    }
    enterStep(late, rules, 3);
    const [atOnce, after] = [requestsUntilFound(fresh), requestsUntilFound(late)];
    assert.ok(after <= 2.5 * atOnce, `${after} against ${atOnce}`);
  });

  it("stops a catastrophe at once, but not an outage that both arms share", () => {
    const rules = rulesOf({ metrics: [errorRate({ designEffect: 100 })] });
    const canaryAlone = newState(rules);
    poll(canaryAlone, rules, [20, 11, 380, 4]);
    assert.equal(decide(canaryAlone, rules).metrics[0]?.because, "catastrophe");
    const both = newState(rules);
    poll(both, rules, [20, 18, 380, 340]);
    assert.equal(decide(both, rules).verdict, "insufficient");
  });

  it("rolls back above an absolute bound, whatever the stable version does", () => {
    const rules = rulesOf({ metrics: [errorRate({ max: 0.05 })] });
    const state = newState(rules);
    poll(state, rules, [200, 40, 800, 160]);
    assert.equal(decide(state, rules).metrics[0]?.because, "max");
    assert.equal(decide(state, rules).breachBar, 40, "the bound is a second chance of a false alarm");
  });

  it("is healthy below the floor, although the ratio is not", () => {
    const rules = rulesOf({ stepMs: MINUTE });
    const state = newState(rules);
    poll(state, rules, [3000, 3, 57_000, 6]);
    assert.equal(decide(state, rules).verdict, "healthy");
  });

  it("waits for a person after the longest time of a step, also without data", () => {
    const rules = rulesOf({ maxStepMs: 60 * MINUTE });
    const state = newState(rules);
    observe(state, rules, {}, 59 * MINUTE);
    assert.equal(decide(state, rules).overdue, false);
    observe(state, rules, {}, MINUTE);
    assert.equal(decide(state, rules).overdue, true);
  });

  it("judges scores in pairs, in both directions, and keeps a late score out of this step", () => {
    const pairs = (canary: number, stable: number, thisStep = true): ScorePair[] => Array.from({ length: 400 }, (_, i) => ({ canary: i % 10 < canary * 10 ? 1 : 0, stable: (i * 7) % 10 < stable * 10 ? 1 : 0, thisStep }));
    const rules = rulesOf({
      stepMs: MINUTE,
      metrics: [
        { kind: "score", name: "accuracy", direction: "higher", ratio: 0.98, detect: 0.95 },
        { kind: "score", name: "toxicity", direction: "lower", ratio: 1.2, detect: 2 },
      ],
    });
    const verdicts = (accuracy: ScorePair[], toxicity: ScorePair[]) => {
      const state = newState(rules);
      observe(state, rules, { accuracy, toxicity }, 2 * MINUTE);
      return decide(state, rules).metrics.map(({ verdict }) => verdict);
    };
    assert.deepEqual(verdicts(pairs(0.9, 0.9), pairs(0.2, 0.2)), ["insufficient", "healthy"]);
    assert.deepEqual(verdicts(pairs(1, 0.9), pairs(0.1, 0.2)), ["healthy", "healthy"]);
    assert.deepEqual(verdicts(pairs(0.7, 0.9), pairs(0.5, 0.2)), ["breach", "breach"]);
    assert.deepEqual(verdicts(pairs(1, 0.9, false), pairs(0.1, 0.2, false)), ["insufficient", "insufficient"]);
  });

  it("survives JSON", () => {
    const rules = rulesOf();
    const state = newState(rules);
    poll(state, rules, [100_000, 90_000, 1000, 1]);
    assert.deepEqual(JSON.parse(JSON.stringify(state)), state);
  });
});
