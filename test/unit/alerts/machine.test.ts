import assert from "node:assert/strict";
import fc from "fast-check";
import { advance, type Limits, NEW } from "../../../src/core/alerts/machine.ts";

const LIMITS: Limits = { above: 10, below: undefined, clear: 5, for: 100, clearFor: 50, noData: "keep" };

/** The states after each value, a value every 25. */
function run(limits: Limits, values: readonly (number | undefined)[], step = 25): string[] {
  let state = NEW;
  return values.map((value, index) => {
    state = advance(state, limits, value, 1000 + index * step);
    return `${state.state}${state.episode}`;
  });
}

describe("an alert's states", () => {
  it("fires when the breach has lasted, and ends when it has been clear for long enough", () => {
    assert.deepEqual(run(LIMITS, [11, 11, 11, 11, 11]), ["pending0", "pending0", "pending0", "pending0", "firing1"]);
    assert.deepEqual(run(LIMITS, [11, 11, 9, 11]), ["pending0", "pending0", "inactive0", "pending0"], "an interrupted breach begins anew");
    assert.deepEqual(run({ ...LIMITS, for: undefined }, [11, 8, 5, 5, 5, 11]), ["firing1", "firing1", "firing1", "firing1", "inactive1", "firing2"]);
    assert.deepEqual(run({ ...LIMITS, for: undefined }, [11, 5, 6, 5, 5, 5]), ["firing1", "firing1", "firing1", "firing1", "firing1", "inactive1"], "between clear and threshold it still fires");
    assert.deepEqual(run({ below: 0.8, above: undefined, noData: "keep" }, [0.8, 0.79, 0.8]), ["inactive0", "firing1", "inactive1"]);
  });

  it("takes no data for nothing but what the rule says", () => {
    const fast = { ...LIMITS, for: undefined, clearFor: undefined };
    for (const none of [undefined, NaN]) {
      assert.deepEqual(run(fast, [none, 11, none, none, 4]), ["inactive0", "firing1", "firing1", "firing1", "inactive1"]);
      assert.deepEqual(run({ ...fast, noData: "alert" }, [none, 4, none]), ["firing1", "inactive1", "firing2"]);
      assert.deepEqual(run({ ...fast, noData: "ok" }, [11, none]), ["firing1", "inactive1"]);
    }
    assert.deepEqual(run({ ...LIMITS, for: undefined }, [11, 4, undefined, 4, 4, 4]).at(-2), "firing1", "a gap is no evidence of being clear");
  });

  it("never fires without a breach that lasted, whatever comes and whatever the clock does", () => {
    const value = fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined });
    fc.assert(
      fc.property(fc.array(fc.tuple(value, fc.integer({ min: -200, max: 200 })), { maxLength: 40 }), (steps) => {
        let state = NEW;
        let now = 10_000;
        for (const [measured, passed] of steps) {
          const before = state;
          now += passed;
          state = advance(before, LIMITS, measured, now);
          if (state.state === "firing" && before.state !== "firing") {
            assert.equal(before.state, "pending");
            assert.ok(measured !== undefined && measured > 10 && now - before.since >= 100 && state.episode === before.episode + 1);
          } else assert.equal(state.episode, before.episode);
          if (before.state === "firing" && state.state !== "firing") assert.ok(measured !== undefined && measured <= 5);
        }
      }),
    );
  });
});
