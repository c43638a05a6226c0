import { placeAt } from "../../../src/core/evals/suite/source.ts";
import type { Gate } from "../../../src/core/config/gates.ts";
import type { Case } from "../../../src/core/evals/model.ts";
import type { CaseTally, Sample, SeriesTally } from "../../../src/core/evals/run/tally.ts";
import { START } from "../../../src/core/problem.ts";
import { analyse } from "../../../src/core/regression/analyse.ts";
import type { MetricReport, SeriesReport } from "../../../src/core/regression/report.ts";

export function sample(more: Partial<Sample> = {}): Sample {
  return { status: "passed", score: 1, latencyMs: 100, cached: false, cost: undefined, tokens: undefined, metrics: {}, preview: "", reason: "", fingerprint: undefined, ...more };
}

/** `+` passed, `-` failed, `x` refused by the endpoint, `?` without an answer. */
export function samples(marks: string): Sample[] {
  const status = { "+": "passed", "-": "failed", x: "rejected", "?": "error" } as const;
  return [...marks].map((mark) => sample({ status: status[mark as keyof typeof status], reason: mark === "?" ? "HTTP 503" : "" }));
}

export function caseOf(index: number): Case {
  const options = { prefix: undefined, suffix: undefined, repeat: undefined, provider: {} };
  return { id: `c${index}`, index, description: undefined, vars: { n: index }, assert: [], threshold: undefined, options, metadata: {}, prompts: undefined, providers: undefined, providerOutput: undefined, place: placeAt({ file: "suite.yaml", range: START }) };
}

export function seriesOf(cases: readonly Omit<CaseTally, "test">[], more: Partial<SeriesTally> = {}): SeriesTally {
  return { key: "p · m", prompt: "p", label: "p", provider: "m", model: "m", hasBaseline: true, changed: true, skipped: false, cases: cases.map((item, index) => ({ test: caseOf(index), ...item })), ...more };
}

/** A series by its cases' runs, `baseline>current`, each so many times: `{"+>-": 5, "+>+": 45}`. */
export function outcome(counts: Readonly<Record<string, number>>, more: Partial<SeriesTally> = {}): SeriesTally {
  const cases = Object.entries(counts).flatMap(([marks, count]) => {
    const [baseline = "", current = ""] = marks.split(">");
    return Array.from({ length: count }, () => ({ baseline: samples(baseline), current: samples(current) }));
  });
  return seriesOf(cases, more);
}

export const ACCURACY: Gate = { metric: "accuracy", direction: "higher", tolerance: { points: 2 } };
export const BROKEN: Gate = { metric: "broken", direction: "lower", max: 0 };

export function judge(series: readonly SeriesTally[], gates: readonly Gate[] = [ACCURACY], repeats = series[0]?.cases[0]?.current.length ?? 1): SeriesReport[] {
  return analyse({ series, repeats, gates, confirmed: new Map() });
}

export function judgeOne(series: SeriesTally, gates?: readonly Gate[], repeats?: number): SeriesReport {
  return judge([series], gates, repeats)[0]!;
}

export function metricOf(report: SeriesReport, name: string): MetricReport {
  return report.metrics.find((metric) => metric.name === name)!;
}
