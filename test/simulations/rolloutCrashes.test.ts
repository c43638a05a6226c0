import assert from "node:assert/strict";
import { walkPromotion, walkRollback } from "../unit/rollouts/crashWalk.ts";

describe("a rollout whose controller is killed before any transition is stored", function () {
  this.timeout(120_000);

  it("goes on, with no step skipped, and weights as recorded", async () => {
    assert.ok((await walkPromotion("before")) >= 8);
  });

  it("is back at 0 % where it was to be rolled back", async () => {
    assert.ok((await walkRollback("before")) >= 4);
  });
});
