import { URI } from "vscode-uri";
import type { SeriesReport } from "../core/regression/report.ts";
import type { SeriesSummary, Status, SuiteSummary } from "../protocol/messages.ts";
import { seriesStanding } from "./lenses.ts";
import type { Session } from "./session.ts";
import type { SuiteDescription } from "./worker/messages.ts";

export function statusOf(session: Session): Status {
  return { trusted: true, paused: session.paused, suites: summaries(session) };
}

export function summaries(session: Session): SuiteSummary[] {
  return session.board.all().map(({ suite, state }) => ({
    uri: URI.file(suite.file).toString(),
    name: suite.name,
    cases: suite.cases,
    state,
    prompts: [...new Set(suite.prompts.map((prompt) => URI.file(prompt.location.file).toString()))],
    files: suite.files.map((file) => URI.file(file).toString()),
    changed: suite.changes.map((change) => URI.file(change.file).toString()),
    series: (suite.report?.series ?? []).map((series) => seriesOf(suite, series)),
  }));
}

function seriesOf(suite: SuiteDescription, series: SeriesReport): SeriesSummary {
  const place = suite.prompts.find((prompt) => prompt.key === series.prompt)?.location;
  return {
    label: series.label,
    provider: series.provider,
    uri: URI.file(place?.file ?? suite.file).toString(),
    line: place?.range.start.line ?? 0,
    verdict: series.verdict,
    standing: seriesStanding(series),
  };
}
