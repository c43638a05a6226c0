import { pathToFileURL } from "node:url";
import { relativePosix } from "../../config/settings.ts";
import type { Location } from "../../problem.ts";
import { placesOf } from "../places.ts";
import type { SeriesReport, Verdict } from "../report.ts";
import { caseSentence, changesSentence, headline } from "../words.ts";
import type { ResultFormat } from "./formats.ts";
import type { FinishedRun } from "./rows.ts";

const LISTED_CASES = 10;
const RULES: Partial<Readonly<Record<Verdict, { level: "error" | "warning" | "note"; text: string }>>> = {
  regression: { level: "error", text: "A gated metric is proven to be worse than in the baseline." },
  failed: { level: "error", text: "An absolute gate is missed, or cases fail and there is nothing to compare with." },
  error: { level: "warning", text: "The suite could not be judged." },
  inconclusive: { level: "note", text: "A metric is worse by more than its tolerance, but that is not proven." },
};

/** SARIF 2.1.0: code scanning shows each verdict on the changed lines, as the editor does. */
export const sarif: ResultFormat = function* (runs) {
  const rules = Object.entries(RULES).map(([id, { level, text }]) => ({ id, shortDescription: { text }, defaultConfiguration: { level } }));
  const results = runs.flatMap((run) => run.report.series.flatMap((series) => resultsOf(run, series)));
  yield `${JSON.stringify({ $schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [{ tool: { driver: { name: "LLMOps", rules } }, columnKind: "utf16CodeUnits", results }] }, null, 2)}\n`;
};

function resultsOf(run: FinishedRun, series: SeriesReport): object[] {
  const rule = RULES[series.verdict];
  if (!rule) return [];
  const listed = (series.hasBaseline ? series.broke : series.failing).slice(0, LISTED_CASES);
  const text = `${run.report.suite} (${series.label} with ${series.provider}): ${headline(series)}${series.hasBaseline ? ` ${changesSentence(series)}` : ""}`;
  return placesOf({ ...run.version.suite, changes: run.changes }, series).map(({ location }, index) => ({
    ruleId: series.verdict,
    level: rule.level,
    message: { text },
    locations: [{ physicalLocation: physical(run.root, location) }],
    relatedLocations: listed.map((change, id) => ({ id, message: { text: caseSentence(change) }, physicalLocation: physical(run.root, change.location) })),
    // The same finding in the next run is not a new one.
    partialFingerprints: { "place/v1": `${run.report.suite}/${series.key}/${index}` },
  }));
}

/** Lines and columns from 1. */
function physical(root: string, { file, range: { start, end } }: Location): object {
  const path = relativePosix(root, file);
  const uri = path.startsWith("..") ? pathToFileURL(file).href : path.split("/").map(encodeURIComponent).join("/");
  const endColumn = end.character >= Number.MAX_SAFE_INTEGER ? undefined : end.character + 1;
  return { artifactLocation: { uri }, region: { startLine: start.line + 1, startColumn: start.character + 1, ...(endColumn === undefined ? {} : { endLine: end.line + 1, endColumn }) } };
}
