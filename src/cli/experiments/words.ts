import { formatNumber, statusWords } from "../../core/experiments/words.ts";
import type { ArtifactRecord } from "../../core/store/experiments/artifacts.ts";
import type { Logged } from "../../core/store/experiments/log.ts";
import type { TrackedRun } from "../../core/store/experiments/runs.ts";

/** Metrics that a line of the list shows, where none is asked for. */
const SHOWN = 2;

/** `3f2a91c8  2026-11-25 16:40  passed         3f2a91c*  eval    evals/support.yaml   accuracy 0.917`. */
export function runLine(run: TrackedRun, { metrics }: Logged, shown: readonly string[]): string {
  const names = shown.length > 0 ? shown : ["accuracy", ...metrics.keys()].filter((name, index, all) => metrics.has(name) && all.indexOf(name) === index).slice(0, SHOWN);
  const values = names.map((name) => `${name} ${metrics.has(name) ? formatNumber(metrics.get(name)!.value) : "–"}`);
  return `${run.key.slice(0, 8)}  ${timeWords(run.startedAt)}  ${statusWords(run).padEnd(13)} ${(run.commit?.slice(0, 7) ?? "–").padEnd(7)}${run.dirty ? "*" : " "}  ${run.kind.padEnd(7)}  ${oneLine(run.name ?? run.experiment)}${values.length > 0 ? `   ${values.join("  ")}` : ""}`;
}

/** A run that was logged, as people read it. */
export function runPage(run: TrackedRun, logged: Logged, artifacts: readonly ArtifactRecord[], texts: ReadonlyMap<string, string>): string {
  const facts: [string, string | undefined][] = [
    ["experiment", run.experiment],
    ["status", statusWords(run)],
    ["started", timeWords(run.startedAt)],
    ["ended", run.endedAt === undefined ? undefined : timeWords(run.endedAt)],
    ["commit", run.commit],
    ["parent", run.parent],
    ["prompts", run.prompts && `${run.prompts.slice(0, 12)}   ${[...texts.keys()].join(", ")}`],
    ...Object.entries(run.data ?? {}).map(([path, hash]): [string, string] => ["data", `${hash.slice(0, 12)}   ${path}`]),
    ["made on", run.environment && Object.values(run.environment).join(", ")],
  ];
  return [
    `${oneLine(run.name ?? run.key)}   ${run.kind} ${run.key}`,
    ...facts.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name.padEnd(12)} ${value}`])),
    ...section("metrics", [...logged.metrics.values()].map(({ key, value, step }) => [key, `${formatNumber(value)}${step === 0 ? "" : `   step ${step}`}`])),
    ...section("parameters", [...logged.params]),
    ...section("tags", [...logged.tags]),
    ...section("artifacts", artifacts.map(({ path, size }) => [path, `${size} bytes`])),
  ].join("\n");
}

function section(title: string, rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.length === 0 ? [] : [`  ${title}`, ...rows.map(([name, value]) => `    ${name.padEnd(width)}  ${oneLine(value)}`)];
}

/** What `--json` prints of a run; its shape is part of the interface (docs/experiments.md). NaN and ±Infinity are texts: JSON has none. */
export function runJson({ id: _id, key, experimentId: _experiment, ...run }: TrackedRun, { metrics, params, tags }: Logged): object {
  return { runId: key, ...run, metrics: Object.fromEntries([...metrics.values()].map(({ key: name, value }) => [name, jsonNumber(value)])), params: Object.fromEntries(params), tags: Object.fromEntries(tags) };
}

/** On one line, without characters that a terminal obeys or that turn the direction of what follows. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ");
}

export function jsonNumber(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}


function timeWords(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace("T", " ");
}
