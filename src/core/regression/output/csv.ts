import type { ResultFormat } from "./formats.ts";
import { outputText } from "./rows.ts";

const MEASURED = ["instruction-following", "toxicity", "profanity-list"];
const COLUMNS = ["suite", "case", "id", "description", "vars", "prompt", "provider", "repeat", "status", "score", "reason", "output", "latency_ms", "tokens", "cost", ...MEASURED];

/** A row a question (RFC 4180), with what people filter by in a spreadsheet. */
export const csv: ResultFormat = function* (runs, rowsOf) {
  yield line(COLUMNS);
  for (const run of runs) {
    for (const { test, prompt, provider, repeat, status, score, reason, output, latencyMs, tokens, cost, measured } of rowsOf(run)) {
      const name = provider?.label ?? provider?.id;
      yield line([run.report.suite, test.index + 1, test.id, test.description, JSON.stringify(test.vars), prompt.label, name, repeat + 1, status, score, reason, outputText(output), latencyMs === undefined ? undefined : Math.round(latencyMs), tokens, cost, ...MEASURED.map((metric) => measured[metric])]);
    }
  }
};

function line(cells: readonly (string | number | undefined)[]): string {
  return `${cells.map((cell) => quoted(String(cell ?? ""))).join(",")}\r\n`;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
