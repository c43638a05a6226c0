import assert from "node:assert/strict";
import { START } from "../../../src/core/problem.ts";
import { adviceSentence, baselineWords, caseSentence, changesSentence, formatDelta, formatDuration, formatInterval, formatMoney, formatP, formatValue, headline, metricSentence, plural, sampleSize } from "../../../src/core/regression/words.ts";
import type { MetricReport, SeriesReport } from "../../../src/core/regression/report.ts";
import { BROKEN, judgeOne, metricOf, outcome } from "./support.ts";

/** No-break spaces, which stand between a figure and its unit, as plain ones. */
const plain = (text: string) => text.replaceAll("\u00A0", " ");

const accuracy: MetricReport = { name: "accuracy", direction: "higher", unit: "rate", gated: true, baseline: 0.9167, current: 0.7917, delta: -0.125, interval: [-0.181, -0.069], p: 0.0003, n: 120, verdict: "regression", missed: undefined, advice: undefined };
const series = { ...judgeOne(outcome({ "+>+": 20 })), metrics: [accuracy], runs: 3, cases: 120 };
const change = { id: "a", number: 18, title: "my parcel", location: { file: "suite.yaml", range: START }, before: "refund", after: "complaint", reason: 'Expected the output to contain "refund".' };
const said = (more: Partial<SeriesReport>) => plain(headline({ ...series, ...more }));

describe("figures in words", () => {
  const table: [string, string][] = [
    [formatValue(0.9167, "rate"), "91.7 %"],
    [formatValue(410.4, "latency"), "410 ms"],
    [formatValue(12_340, "latency"), "12.3 s"],
    [formatValue(312.4, "count"), "312"],
    [formatValue(31.24, "count"), "31.2"],
    [formatValue(0.83, "score"), "0.830"],
    [formatDelta(-0.125, "rate"), "−12.5 points"],
    [formatDelta(0.017, "rate"), "+1.7 points"],
    [formatDelta(-1e-9, "rate"), "0.0 points"],
    [formatDelta(15, "latency"), "+15 ms"],
    [formatDelta(-0.002, "money"), "−$0.0020"],
    [formatInterval([-0.181, -0.069], "rate"), "−18.1 … −6.9"],
    [formatInterval([-0.066, 0.016], "rate"), "−6.6 … +1.6"],
    [formatInterval([0, 0.016], "rate"), "0.0 … +1.6"],
    [formatInterval([-60, 31], "latency"), "−60 … +31"],
    [formatMoney(0), "$0"],
    [formatMoney(0.0042), "$0.0042"],
    [formatMoney(0.00000012), "$0.00000012"],
    [formatMoney(1.5), "$1.500"],
    [formatMoney(12.345), "$12.35"],
    [formatP(0.0312), "p 0.03"],
    [formatP(0.0003), "p 0.0003"],
    [formatP(0.00001), "p < 0.0001"],
    [formatDuration(400), "400 ms"],
    [formatDuration(3140), "3.1 s"],
    [formatDuration(41_000), "41 s"],
    [formatDuration(180_000), "3 min"],
    [plural(1, "case"), "1 case"],
    [plural(0, "case"), "0 cases"],
    [plural(2, "series", "series"), "2 series"],
    [sampleSize(120, 1), "120 cases × 1 run"],
    [sampleSize(1, 3), "1 case × 3 runs"],
  ];
  for (const [text, expected] of table) it(expected, () => assert.equal(plain(text), expected));

  it("a bound beside no change does not round to it", () => {
    assert.equal(plain(formatInterval([-0.05, -0.0004], "rate")), "−5.0 … −0.04");
    assert.equal(plain(formatInterval([0.000012, 0.0004], "money")), "+0.00001 … +0.0004");
    assert.equal(plain(formatInterval([0.2, 30], "latency")), "+0.2 … +30");
  });
});

describe("a verdict in words", () => {
  it("a metric: from, to, difference, interval, p, sample size", () => {
    assert.equal(plain(metricSentence(accuracy, 3)), "accuracy 91.7 % → 79.2 % (−12.5 points, 90 % CI −18.1 … −6.9, p 0.0003; 120 cases × 3 runs)");
    assert.equal(plain(metricSentence({ ...accuracy, baseline: undefined }, 3)), "accuracy 79.2 %");
    assert.equal(metricSentence({ ...accuracy, current: undefined }, 3), "accuracy not measured");
  });

  const latency: MetricReport = { ...accuracy, name: "latency-p50", unit: "latency", direction: "lower", baseline: 100, current: 150, delta: 50, interval: [40, 60], p: 0.00001 };
  const missed: MetricReport = { ...accuracy, missed: { bound: "min", limit: 0.85 } };
  const errors = { count: 14, of: 120, first: "HTTP 503 from dev." };
  const table: [Partial<SeriesReport>, string][] = [
    [{ verdict: "regression" }, "Regression: accuracy 91.7 % → 79.2 % (−12.5 points, 90 % CI −18.1 … −6.9, p 0.0003; 120 cases × 3 runs)"],
    [{ verdict: "regression", metrics: [accuracy, latency], runs: 1 }, "Regression: accuracy 91.7 % → 79.2 % (−12.5 points, 90 % CI −18.1 … −6.9, p 0.0003; 120 cases × 1 run); latency-p50 100 ms → 150 ms (+50 ms, 90 % CI +40 … +60, p < 0.0001; 120 cases × 1 run)"],
    [{ verdict: "failed", metrics: [missed] }, "Failed: accuracy 79.2 % is below its minimum of 85.0 %."],
    [{ verdict: "failed", metrics: [{ ...latency, missed: { bound: "max", limit: 120 } }] }, "Failed: latency-p50 150 ms is above its maximum of 120 ms."],
    [{ verdict: "failed", confirmed: 2 }, "Failed: 2 cases broke, confirmed by two more runs of both versions."],
    [{ verdict: "failed", confirmed: 1 }, "Failed: 1 case broke, confirmed by two more runs of both versions."],
    [{ verdict: "failed", hasBaseline: false, failed: 1, cases: 5 }, "Failed: 1 of 5 cases fails, and there is nothing to compare with."],
    [{ verdict: "error", errors }, "Not judged: 14 of 120 questions had no answer (HTTP 503 from dev)."],
    [{ verdict: "error", errors, unsettled: "1 question without an answer could hide a regression" }, "Not judged: 1 question without an answer could hide a regression (HTTP 503 from dev)."],
    [{ verdict: "inconclusive", metrics: [{ ...accuracy, verdict: "inconclusive", p: 0.2 }] }, "Inconclusive: accuracy 91.7 % → 79.2 % (−12.5 points, 90 % CI −18.1 … −6.9, p 0.20; 120 cases × 3 runs)"],
    [{ verdict: "passed", skipped: true }, "Unchanged, not run."],
    [{ verdict: "passed", metrics: [{ ...accuracy, baseline: undefined }] }, "Passed: accuracy 79.2 %"],
  ];
  for (const [more, expected] of table) it(expected, () => assert.equal(said(more), expected));

  it("what changed", () => {
    const of = (broke: number, fixed: number) => changesSentence({ broke: Array.from({ length: broke }, () => change), fixed: Array.from({ length: fixed }, () => change) });
    assert.deepEqual([of(17, 2), of(1, 0), of(0, 2), of(0, 0)], ["17 cases broke, 2 fixed.", "1 case broke.", "No case broke, 2 fixed.", "No case changed."]);
  });

  it("a case: its number, its title, both outputs, and why it fails", () => {
    assert.equal(caseSentence(change), '#18 “my parcel”: refund → complaint (Expected the output to contain "refund".)');
    assert.equal(caseSentence({ ...change, after: "refund", reason: "Passed" }), "#18 “my parcel”: refund");
  });

  it("what would settle an inconclusive result", () => {
    const advice = { detectable: 0.066, detectableWithRepeats: { repeats: 3, effect: 0.04 }, cases: 480 };
    assert.equal(adviceSentence({ ...accuracy, advice }, 1), "One run of each case shows drops from −6.6 points on; 3 runs would show −4.0 points; a drop of this size needs about 480 cases.");
    assert.equal(adviceSentence({ ...accuracy, advice: { ...advice, detectableWithRepeats: undefined } }, 3), "3 runs of each case show drops from −6.6 points on; a drop of this size needs about 480 cases.");
    assert.equal(adviceSentence(accuracy, 1), "");
  });

  it("which baseline, and how old", () => {
    const of = (at: number | undefined) => baselineWords({ baseline: { kind: "git", commit: "3f2a91c", label: "3f2a91c", at } }, 10 * 86_400_000);
    const minutes = (count: number) => 10 * 86_400_000 - count * 60_000;
    assert.deepEqual([minutes(0), minutes(5), minutes(60), minutes(180), minutes(2880), undefined].map(of), ["3f2a91c, just now", "3f2a91c, 5 min ago", "3f2a91c, 1 hour ago", "3f2a91c, 3 hours ago", "3f2a91c, 2 days ago", "3f2a91c"]);
    assert.equal(baselineWords({ baseline: undefined }, 0), "nothing to compare with");
  });

  it("no figure without its sign: what an analysis says of itself", () => {
    const report = judgeOne(outcome({ "+>-": 10, "+>+": 40 }));
    assert.equal(plain(headline(report)), `Regression: ${plain(metricSentence(metricOf(report, "accuracy"), 1))}`);
    assert.match(plain(headline(report)), /^Regression: accuracy 100\.0 % → 80\.0 % \(−20\.0 points, 90 % CI −29\.\d … −10\.\d, p 0\.0005; 50 cases × 1 run\)$/);
    assert.match(headline(judgeOne(outcome({ "+>+": 5 }), [BROKEN])), /^Passed: accuracy/);
  });
});
