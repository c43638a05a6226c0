import type { Gate } from "../../config/gates.ts";
import type { InstructionInfo } from "../../evals/instructions/checks.ts";
import type { Case, Suite } from "../../evals/model.ts";
import { chainNames } from "../../evals/run/chain.ts";
import type { CaseTally, Sample } from "../../evals/run/tally.ts";
import { resultsOf, type ResultRecord } from "../../store/runs.ts";
import type { ResultFormat } from "../output/formats.ts";
import type { FinishedRun } from "../output/rows.ts";
import type { RunReport } from "../report.ts";

/** One of several runs that share a suite's cases. */
export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly of: number;
}

/**
 * Whether a case belongs to a shard: every `of`-th does, so that slow ones are spread. The turns of a conversation
 * go where its first one does, and so do those tests that are to meet no other.
 */
export function shardOf({ cases, prompts }: Pick<Suite, "cases" | "prompts">, { index, of }: Shard): (test: Case) => boolean {
  const nameOf = chainNames(cases, prompts);
  const first = new Map<string, number>();
  const placeOf = (test: Case) => {
    const chain = nameOf(test) ?? (test.options.runSerially === true ? "one by one" : undefined);
    if (chain === undefined) return test.index;
    if (!first.has(chain)) first.set(chain, test.index);
    return first.get(chain) as number;
  };
  const places = new Map(cases.map((test) => [test, placeOf(test)]));
  return (test) => (places.get(test) ?? test.index) % of === index - 1;
}

/** The first line of a part: what was run, and how. */
export interface PartHeader {
  readonly llmops: "part";
  readonly version: 1;
  readonly shard: Shard;
  readonly report: Omit<RunReport, "series" | "verdict">;
  readonly repeats: number;
  readonly gates: readonly Gate[];
  readonly series: readonly { readonly key: string; readonly prompt: string; readonly label: string; readonly provider: string; readonly model?: string; readonly hasBaseline: boolean; readonly changed: boolean; readonly instructions?: readonly Omit<InstructionInfo, "location">[] }[];
}

/** A sample with what the store keeps of it beside. */
export interface PartSample extends Sample {
  /** JSON of the output. */
  readonly body?: string;
  /** JSON: reason, metrics and the assertions' judgements. */
  readonly detail?: string;
}

/** Every other line: a case of a series in both arms. `same`: both asked the same question. */
export interface PartCase {
  /** Index in the header's series. */
  readonly series: number;
  readonly case: string;
  readonly current: readonly (PartSample | null)[];
  readonly baseline: readonly (PartSample | "same" | null)[];
  /** Two more runs of a broken case. */
  readonly confirmed?: { readonly current: readonly (Sample | null)[]; readonly baseline: readonly (Sample | "same" | null)[] };
}

/** A shard's results with everything that judging them together needs: JSON lines, `llmops merge` reads them. */
export const part: ResultFormat = function* (runs) {
  for (const run of runs) {
    const { series: _series, verdict: _verdict, ...report } = run.report;
    const { repeats, gates, confirmed } = run.judgement;
    const tallies = run.series.filter((tally) => !tally.skipped);
    const header: PartHeader = {
      llmops: "part",
      version: 1,
      shard: run.shard ?? { index: 1, of: 1 },
      report,
      repeats,
      gates,
      series: tallies.map(({ key, prompt, label, provider, model, hasBaseline, changed, instructions }) => ({ key, prompt, label, provider, model, hasBaseline, changed, instructions: instructions?.map(({ location: _here, ...info }) => info) })),
    };
    yield `${JSON.stringify(header)}\n`;
    for (const [index, tally] of tallies.entries()) {
      for (const item of tally.cases) yield `${JSON.stringify(caseLine(run, index, tally.key, item, confirmed?.get(tally.key)))}\n`;
    }
  }
};

function caseLine(run: FinishedRun, series: number, key: string, item: CaseTally, confirmed: readonly CaseTally[] | undefined): PartCase {
  const stored = resultsOf(run.store, run.report.runId, item.test.id).filter((record) => record.series === key);
  const again = confirmed?.find(({ test }) => test.id === item.test.id);
  const withBody = (arm: ResultRecord["arm"]) => (sample: Sample, repeat: number): PartSample => {
    const record = stored.find((candidate) => candidate.arm === arm && candidate.repeat === repeat);
    return { ...sample, body: record?.output, detail: record?.detail };
  };
  return {
    series,
    case: item.test.id,
    current: Array.from(item.current, (sample, repeat) => (sample ? withBody("current")(sample, repeat) : null)),
    baseline: Array.from(item.baseline, (sample, repeat) => (!sample ? null : sample === item.current[repeat] ? "same" : withBody("baseline")(sample, repeat))),
    ...(again && {
      confirmed: {
        current: Array.from(again.current, (sample) => sample ?? null),
        baseline: Array.from(again.baseline, (sample, repeat) => (!sample ? null : sample === again.current[repeat] ? "same" : sample)),
      },
    }),
  };
}
