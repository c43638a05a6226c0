import assert from "node:assert/strict";
import fc from "fast-check";
import { BUILT_IN_METRICS, defaultGates, metricInfo, parseGate } from "../../../src/core/config/gates.ts";
import { parseDuration, type Parsed, parseRate, parseTolerance } from "../../../src/core/config/units.ts";

const value = <T>(parsed: Parsed<T>): T => {
  assert.ok("value" in parsed, "error" in parsed ? parsed.error : "");
  return parsed.value;
};
const error = (parsed: Parsed<unknown>): string => ("error" in parsed ? parsed.error : assert.fail("no error"));

describe("units of llmops.yaml", () => {
  it("durations", () => {
    assert.deepEqual(["800ms", "30s", "20m", "24h", "2d", "1.5h", "5 m", "5M"].map((text) => value(parseDuration(text))), [800, 30_000, 1_200_000, 86_400_000, 172_800_000, 5_400_000, 300_000, 300_000]);
    assert.equal(value(parseDuration(5, "minutes")), 300_000);
    assert.equal(value(parseDuration("5", "minutes")), 300_000);
    assert.match(error(parseDuration(5)), /5s or 5m/);
    assert.match(error(parseDuration("0s")), /more than 0/);
    for (const text of ["soon", "-5m", "5 weeks", "", "5pt", "1e3s"]) assert.match(error(parseDuration(text)), /not a duration/);
    assert.match(error(parseDuration(Number.NaN, "minutes")), /more than 0/);
  });

  it("rates", () => {
    assert.deepEqual([value(parseRate("85%")), value(parseRate(0.85)), value(parseRate("0.5 %")), value(parseRate(1)), value(parseRate("100%"))], [0.85, 0.85, 0.005, 1, 1]);
    assert.match(error(parseRate(85)), /85%/);
    assert.match(error(parseRate("120%")), /between 0% and 100%/);
    assert.match(error(parseRate(Number.NaN)), /not between/);
    assert.match(error(parseRate("2pt")), /not a rate/);
  });

  it("tolerances keep points and percent apart", () => {
    assert.deepEqual(value(parseTolerance("2pt")), { points: 2 });
    assert.deepEqual(value(parseTolerance("0.5 pt")), { points: 0.5 });
    assert.deepEqual(value(parseTolerance("10%")), { relative: 0.1 });
    assert.match(error(parseTolerance(2)), /2pt .* 2%/);
    assert.match(error(parseTolerance("-2pt")), /not a tolerance/);
  });

  it("every amount and unit comes back in milliseconds", () => {
    const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.constantFrom("ms", "s", "m", "h", "d"), (amount, unit) => {
        assert.equal(value(parseDuration(`${amount}${unit}`)), amount * units[unit]);
      }),
    );
  });

  it("no text makes a parser throw or give a value that is not finite", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.double()), (input) => {
        for (const parsed of [parseDuration(input), parseRate(input)]) assert.ok("error" in parsed || Number.isFinite(parsed.value));
        parseTolerance(input);
      }),
    );
  });
});

describe("gates", () => {
  it("know the direction of each built-in metric", () => {
    const lower = Object.keys(BUILT_IN_METRICS).filter((name) => BUILT_IN_METRICS[name]!.direction === "lower");
    assert.deepEqual(lower.sort(), ["broken", "cost", "error-rate", "first-token-p50", "first-token-p95", "latency-p50", "latency-p95", "profanity-list", "tokens", "toxicity"]);
    assert.equal(metricInfo("accuracy").direction, "higher");
    assert.equal(metricInfo("instruction-following").direction, "higher");
    assert.deepEqual(metricInfo("toString"), { direction: "higher", unit: "score" });
  });

  it("read bounds in the metric's unit", () => {
    const read = (metric: string, input: Parameters<typeof parseGate>[1]) => {
      const { gate, mistakes } = parseGate(metric, input);
      assert.deepEqual(mistakes, []);
      return gate;
    };
    assert.equal(read("latency-p50", { max: "800ms" }).max, 800);
    assert.equal(read("cost", { max: 0.01 }).max, 0.01);
    assert.equal(read("broken", { max: 0 }).max, 0);
    assert.equal(read("toxicity", { max: "2%" }).max, 0.02);
    assert.deepEqual(read("tone", { min: 4.5 }), { metric: "tone", direction: "higher", min: 4.5 });
    assert.deepEqual(read("rambling", { max: "20%", direction: "lower" }), { metric: "rambling", direction: "lower", max: 0.2 });
  });

  it("by default judge small suites as tests are", () => {
    assert.deepEqual(defaultGates(20), [{ metric: "accuracy", direction: "higher", tolerance: { points: 2 } }]);
    assert.deepEqual(defaultGates(19), [{ metric: "broken", direction: "lower", max: 0 }]);
  });
});
