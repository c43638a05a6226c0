import assert from "node:assert/strict";
import { decideOn } from "../unit/training/simulation.ts";

const TRAININGS = 200;

/** What docs/training.md promises: 400 cases × 3 runs, `minImprovement: 1%`, one primary metric, slices looked at. */
describe("promotions over 200 simulated trainings", function () {
  this.timeout(120_000);

  const better = async (gain: number) => {
    let count = 0;
    for (let seed = 0; seed < TRAININGS; seed++) if ((await decideOn({ cases: 400, repeats: 3, gain, seed })).verdict === "better") count++;
    return count;
  };

  it("of a model that is not better are at most 5 %", async () => {
    const count = await better(0);
    assert.ok(count <= TRAININGS * 0.05, `${count} of ${TRAININGS}`);
  });

  it("of a model that is 5 points better are at least 80 %", async () => {
    const count = await better(0.05);
    assert.ok(count >= TRAININGS * 0.8, `${count} of ${TRAININGS}`);
  });
});
