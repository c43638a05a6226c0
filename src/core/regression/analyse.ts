import { locationOf } from "../evals/suite/source.ts";
import type { Gate } from "../config/gates.ts";
import type { Case } from "../evals/model.ts";
import { type CaseTally, judged, passed, type Sample, type SeriesTally } from "../evals/run/tally.ts";
import { instructionReports } from "./instructions.ts";
import { brokenUnsettledBy, judgeMetrics, unsettledBy } from "./verdict.ts";
import type { CaseChange, MetricReport, SeriesReport, Verdict } from "./report.ts";

/** Below this share of answered questions nothing is judged. */
const ANSWERED = 0.95;
const TITLE_CHARACTERS = 80;

export interface AnalyseOptions {
  readonly series: readonly SeriesTally[];
  readonly repeats: number;
  readonly gates: readonly Gate[];
  /** Cases that broke, run again: by series. Only those that broke here too count for the `broken` gate. */
  readonly confirmed: ReadonlyMap<string, readonly CaseTally[]>;
  /** Level of the tests, one-sided; lower where the run was looked at before its end. */
  readonly alpha?: number;
}

/** The verdict on every series, with its evidence. */
export function analyse({ series, repeats, gates, confirmed, alpha }: AnalyseOptions): SeriesReport[] {
  const metrics = judgeMetrics(series, repeats, gates, alpha);
  return series.map((tally, index) => seriesReport(tally, metrics[index] ?? [], repeats, gates, confirmed.get(tally.key)));
}

function seriesReport(tally: SeriesTally, metrics: readonly MetricReport[], repeats: number, gates: readonly Gate[], confirmed: readonly CaseTally[] | undefined): SeriesReport {
  const cases = tally.skipped ? [] : tally.cases;
  const samples = cases.flatMap(({ current, baseline }) => [...current, ...baseline.filter((sample, repeat) => sample !== current[repeat])]);
  const unanswered = samples.filter((sample) => sample?.status === "error");
  const accuracy = metrics.find((metric) => metric.name === "accuracy");
  const accuracyGate = gates.find((gate) => gate.metric === "accuracy");
  const broke = changes(cases, "broke");
  const fixed = changes(cases, "fixed");
  const failing = cases.filter((item) => item.current.some(judged) && share(item.current) < 0.5);
  const brokenGate = gates.find((gate) => gate.metric === "broken");
  const reallyBroken = brokenGate ? changes(confirmed ?? [], "broke").length : 0;
  const missesBroken = brokenGate?.max !== undefined && reallyBroken > brokenGate.max;
  const unsettled = unsettledBy(tally, repeats, accuracyGate, accuracy?.verdict, unanswered.length) ?? brokenUnsettledBy(tally, repeats, brokenGate, reallyBroken, unanswered.length);

  const answered = samples.length === 0 ? 1 : 1 - unanswered.length / samples.length;
  const verdict = tally.skipped ? "passed" : decide(tally, metrics, { answered, unsettled, missesBroken, failing: failing.length, hasMinimum: gates.some((gate) => gate.min !== undefined || (gate.max !== undefined && gate.metric !== "broken")) });
  return {
    key: tally.key,
    prompt: tally.prompt,
    label: tally.label,
    provider: tally.provider,
    model: tally.model,
    hasBaseline: tally.hasBaseline,
    changed: tally.changed,
    skipped: tally.skipped,
    verdict,
    cases: cases.length,
    runs: repeats,
    passed: cases.filter((item) => item.current.some(judged) && share(item.current) >= 0.5).length,
    failed: failing.length,
    errors: unanswered.length === 0 ? undefined : { count: unanswered.length, of: samples.length, first: unanswered[0]?.reason ?? "" },
    metrics,
    ...(tally.skipped || !tally.instructions?.length ? {} : { instructions: instructionReports(tally.instructions, cases) }),
    broke,
    fixed,
    confirmed: brokenGate && reallyBroken,
    failing: tally.hasBaseline ? [] : failing.map((item) => change(item, "broke")),
    unsettled,
  };
}

interface Findings {
  readonly answered: number;
  readonly unsettled: string | undefined;
  readonly missesBroken: boolean;
  readonly failing: number;
  readonly hasMinimum: boolean;
}

/** The worst thing that is true of a series. */
function decide(tally: SeriesTally, metrics: readonly MetricReport[], { answered, unsettled, missesBroken, failing, hasMinimum }: Findings): Verdict {
  const gated = metrics.filter((metric) => metric.gated);
  if (answered < ANSWERED || unsettled !== undefined) return "error";
  if (gated.some((metric) => metric.verdict === "regression")) return "regression";
  if (gated.some((metric) => metric.missed) || missesBroken) return "failed";
  if (!tally.hasBaseline && failing > 0 && !hasMinimum) return "failed";
  if (gated.some((metric) => metric.verdict === "inconclusive")) return "inconclusive";
  if (gated.some((metric) => metric.verdict === "improved")) return "improved";
  return "passed";
}

/** Cases whose mean crossed one half. It is for people, and for the `broken` gate after two more runs; never for a test. */
export function brokenCases(tally: SeriesTally): Case[] {
  return tally.cases.filter((item) => crossed(item, "broke")).map((item) => item.test);
}

function changes(cases: readonly CaseTally[], direction: "broke" | "fixed"): CaseChange[] {
  return cases.filter((item) => crossed(item, direction)).map((item) => change(item, direction));
}

function crossed({ current, baseline }: CaseTally, direction: "broke" | "fixed"): boolean {
  if (!current.some(judged) || !baseline.some(judged)) return false;
  const [from, to] = direction === "broke" ? [share(baseline), share(current)] : [share(current), share(baseline)];
  return from >= 0.5 && to < 0.5;
}

function share(samples: readonly (Sample | undefined)[]): number {
  const seen = samples.filter(judged);
  return seen.filter(passed).length / seen.length;
}

function change({ test, current, baseline }: CaseTally, direction: "broke" | "fixed"): CaseChange {
  const after = current.find((sample) => judged(sample) && passed(sample) === (direction === "fixed")) ?? current.find(judged);
  const before = baseline.find((sample) => judged(sample) && passed(sample) === (direction === "broke")) ?? baseline.find(judged);
  return {
    id: test.id,
    number: test.index + 1,
    title: caseTitle(test),
    location: locationOf(test.place),
    before: before?.preview ?? "",
    after: after?.preview ?? "",
    reason: direction === "broke" ? (after?.reason ?? "") : "",
  };
}

/** One line: the description, or the first variable that is a text. */
export function caseTitle(test: Case): string {
  const text = test.description ?? Object.values(test.vars).find((value) => typeof value === "string") ?? JSON.stringify(test.vars);
  const line = String(text).replace(/\s+/g, " ").trim();
  return line.length > TITLE_CHARACTERS ? `${line.slice(0, TITLE_CHARACTERS)}…` : line;
}
