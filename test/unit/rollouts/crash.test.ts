import assert from "node:assert/strict";
import { walkPromotion, walkRollback } from "./crashWalk.ts";

/** Killed *before* each transition is stored: test/simulations/rolloutCrashes.test.ts. */
describe("a rollout whose controller is killed", function () {
  this.timeout(120_000);

  it("after any transition is stored goes on, with no step skipped, and weights as recorded", async () => {
    assert.ok((await walkPromotion("after")) >= 8);
  });

  it("after any transition of a rollback is stored is back at 0 %", async () => {
    assert.ok((await walkRollback("after")) >= 4);
  });
});
