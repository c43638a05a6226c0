import assert from "node:assert/strict";
import { start } from "../store/support.ts";
import { Bench, TestTarget } from "./support.ts";

export type When = "before" | "after";
type Check = (bench: Bench, target: TestTarget, words: string) => void;

/** Two steps have every kind of transition, and few errors to rule out. */
const SHORT = "steps: [25, 100]\n    detect: 5\n    thresholds: { error-rate: { ratio: 1.1, floor: 5% } }";

/** Kills the controller at one transition after the other, and lets another one go on. @returns how many transitions there were. */
async function walk(when: When, canaryErrors: number, check: Check): Promise<number> {
  for (let at = 1; ; at++) {
    const target = await new TestTarget().listen();
    target.rates.canary = canaryErrors;
    const bench = await Bench.of(target, { rollout: SHORT });
    try {
      await bench.start();
      const killed = await start("../rollouts/driver.ts", [bench.folder, when, String(at)]).ended;
      if (killed.code === 0) return at - 1;
      assert.equal(killed.signal, "SIGKILL");
      await bench.run();
      check(bench, target, `killed ${when} transaction ${at}: ${JSON.stringify([target.history, bench.actions()], undefined, 1)}`);
    } finally {
      bench.close();
      await target.close();
    }
  }
}

export function walkPromotion(when: When): Promise<number> {
  return walk(when, 0.01, (bench, target, words) => {
    assert.deepEqual([bench.stored().state, bench.stored().applied, target.weights.canary], ["promoted", 100, 100], words);
    // No step is skipped; what was about to be done may have been done already, and is then not done again.
    assert.deepEqual(target.history, [0, 25, 95, 100], words);
    assert.deepEqual([...new Set(bench.polls().map(({ step }) => step))], [0, 1], words);
    assert.equal(bench.actions().filter((action) => action.startsWith("end")).length, 1, words);
  });
}

export function walkRollback(when: When): Promise<number> {
  return walk(when, 0.2, (bench, target, words) => {
    assert.deepEqual([bench.stored().state, bench.stored().applied, target.weights.canary], ["rolled-back", 0, 0], words);
    assert.equal(bench.actions().filter((action) => action.startsWith("rollback")).length, 1, words);
  });
}
