import type { ComparisonView, FactView, MetricView } from "./view.ts";
import { shortKey } from "../words.ts";

/** A row a fact, a column a run (RFC 4180). Metrics are numbers as they are, with a column for each change and its bounds in words. */
export function comparisonCsv({ runs, metrics, params, facts, baseline }: ComparisonView): string {
  const others = runs.flatMap((_, index) => (index === baseline ? [] : [index]));
  const head = ["kind", "name", ...runs.map(({ key }, index) => `${key}${index === baseline ? " (baseline)" : ""}`), ...others.flatMap((index) => [`change of ${shortKey(runs[index]!.key)}`, "90 % interval", "p", "verdict"])];
  const metric = ({ name, cells }: MetricView) => [
    "metric",
    name,
    ...cells.map((cell) => cell?.number ?? cell?.value),
    ...others.flatMap((index) => [cells[index]?.delta, cells[index]?.interval, cells[index]?.p, cells[index]?.verdict]),
  ];
  const fact = (kind: string) => ({ name, values }: FactView) => [kind, name, ...values, ...others.flatMap(() => Array<undefined>(4).fill(undefined))];
  return [head, ...metrics.map(metric), ...params.map(fact("parameter")), ...facts.map(fact("run"))].map((cells) => `${cells.map(csvCell).join(",")}\r\n`).join("");
}

/** For a note or a pull request: the conclusion, and what differs. */
export function comparisonMarkdown({ runs, metrics, params, facts, baseline, conclusion, notices }: ComparisonView): string {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const value = ({ cells }: MetricView) => cells.map((cell) => (cell ? [cell.value, cell.delta && `(${cell.delta}${cell.interval ? `, 90 % CI ${cell.interval}` : ""}${cell.verdict ? `, ${cell.verdict}` : ""})`].filter(Boolean).join(" ") : "–"));
  return [
    escaped(conclusion),
    "",
    row(["", ...runs.map(({ key }, index) => `${shortKey(key)}${index === baseline ? " (baseline)" : ""}`)]),
    row(["---", ...runs.map(() => "---")]),
    ...metrics.filter(({ differs }) => differs).map((metric) => row([escaped(metric.name), ...value(metric)])),
    ...[...params, ...facts].filter(({ differs }) => differs).map(({ name, values }) => row([escaped(name), ...values.map((text) => (text === null ? "–" : escaped(text)))])),
    ...notices.map((notice) => `\n${escaped(notice)}`),
    "",
  ].join("\n");
}

/** A spreadsheet takes a text that begins like a formula for one: a quote before it says that it is none. */
function csvCell(value: string | number | null | undefined): string {
  if (typeof value === "number") return String(value);
  const text = value ?? "";
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** What a model or a person wrote is text: it neither formats nor ends a cell. */
function escaped(text: string): string {
  return text.replace(/\s+/g, " ").replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`).replace(/[\\`*_[\]|~]/g, "\\$&");
}
