import { namedSums } from "../../evals/metrics/derived.ts";
import { promptfooRow } from "../../evals/run/promptfooRow.ts";
import type { FinishedRun } from "./rows.ts";
import type { ResultFormat } from "./formats.ts";

/**
 * promptfoo's results file, version 3, which other tools read. A row a line; of several suites the columns
 * and tests are numbered on. The statistics stand before the rows, since they are known before.
 */
export const promptfooJson: ResultFormat = function* (runs, rowsOf) {
  const [first] = runs;
  const started = new Date(first?.report.startedAt ?? 0).toISOString();
  const columns = runs.flatMap((run) => run.series.filter((tally) => !tally.skipped).map((tally) => columnOf(run, tally.key)));
  yield `{"evalId":${JSON.stringify(`eval-${first?.report.runId ?? ""}`)},"results":{"version":3,"timestamp":${JSON.stringify(started)},"prompts":${JSON.stringify(columns)},"stats":${JSON.stringify(stats(runs))},"results":[`;
  let separator = "\n";
  let columnOffset = 0;
  let testOffset = 0;
  for (const run of runs) {
    for (const row of rowsOf(run)) {
      yield separator + JSON.stringify(promptfooRow(row, columnOffset, testOffset));
      separator = ",\n";
    }
    columnOffset += run.series.filter((tally) => !tally.skipped).length;
    testOffset += run.version.suite.cases.length;
  }
  yield `\n]},"config":${JSON.stringify(configOf(runs))},"shareableUrl":null}\n`;
};

function columnOf(run: FinishedRun, key: string): object {
  const tally = run.series.find((candidate) => candidate.key === key);
  const prompt = run.version.suite.prompts.find((candidate) => candidate.key === tally?.prompt);
  const samples = tally?.cases.flatMap((item) => item.current) ?? [];
  const count = (...statuses: string[]) => samples.filter((sample) => sample && statuses.includes(sample.status)).length;
  const scores = namedSums(samples);
  return {
    raw: prompt?.template,
    label: prompt?.label,
    provider: tally?.provider,
    metrics: {
      score: samples.reduce((sum, sample) => sum + (sample?.score ?? 0), 0),
      testPassCount: count("passed"),
      testFailCount: count("failed"),
      testErrorCount: count("error", "rejected"),
      totalLatencyMs: samples.reduce((sum, sample) => sum + (sample?.latencyMs ?? 0), 0),
      tokenUsage: { total: samples.reduce((sum, sample) => sum + (sample?.tokens ?? 0), 0) },
      namedScores: { ...Object.fromEntries([...scores].map(([name, { sum }]) => [name, sum])), ...tally?.derived?.current },
      namedScoresCount: Object.fromEntries([...scores].map(([name, { count }]) => [name, count])),
      namedScoreWeights: Object.fromEntries([...scores].map(([name, { weight }]) => [name, weight])),
      cost: samples.reduce((sum, sample) => sum + (sample?.cost ?? 0), 0),
    },
  };
}

function stats(runs: readonly FinishedRun[]): object {
  const samples = runs.flatMap((run) => run.series.flatMap((tally) => tally.cases.flatMap((item) => item.current)));
  const count = (...statuses: string[]) => samples.filter((sample) => sample && statuses.includes(sample.status)).length;
  return {
    successes: count("passed"),
    failures: count("failed"),
    errors: count("error", "rejected"),
    tokenUsage: { total: samples.reduce((sum, sample) => sum + (sample?.tokens ?? 0), 0) },
    durationMs: runs.reduce((sum, { report }) => sum + report.durationMs, 0),
  };
}

/** What ran, without keys: a provider's configuration stays out. */
function configOf(runs: readonly FinishedRun[]): object {
  const suites = runs.map(({ version }) => version.suite);
  return {
    description: suites[0]?.description,
    prompts: suites.flatMap((suite) => suite.prompts.map(({ label, template }) => ({ label, raw: template }))),
    providers: suites.flatMap((suite) => suite.providers.map(({ id, label }) => ({ id, ...(label === undefined ? {} : { label }) }))),
  };
}
