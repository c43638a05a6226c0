import { withDerived } from "../../evals/metrics/derived.ts";
import { randomUUID } from "node:crypto";
import type { z } from "zod";
import { placeOf } from "../../evals/instructions/checks.ts";
import type { Case, Suite } from "../../evals/model.ts";
import type { CaseTally, Sample, SeriesTally } from "../../evals/run/tally.ts";
import { addResults, endRun, type ResultRecord, type RunTrigger, startRun } from "../../store/runs.ts";
import { recordVersion, versionHash } from "../../store/versions.ts";
import { analyse } from "../analyse.ts";
import type { FinishedRun } from "../output/rows.ts";
import { changesOf } from "../places.ts";
import { resolveBaseline } from "../baseline/resolve.ts";
import { type RunReport, worst } from "../report.ts";
import { readAsRun } from "../hooks.ts";
import { absolutePath, type SuiteVersion, type Workspace } from "../workspace.ts";
import type { caseSchema, headerSchema } from "./partSchema.ts";

type Header = z.infer<typeof headerSchema>;
type CaseLine = z.infer<typeof caseSchema>;
type Stored = NonNullable<CaseLine["current"][number]>;
/** A sample alone, or with what the store keeps beside it. */
type Read = Omit<Stored, "body" | "detail">;

/** The parts cannot be judged as one run; the message says which and why. */
export class PartsDoNotFit extends Error {
  constructor(message: string) {
    super(message);
    this.name = "PartsDoNotFit";
  }
}

/** A part, and what to call it. */
export interface PartSource {
  readonly name: string;
  readonly lines: () => AsyncIterable<string> | Iterable<string>;
}

interface Part {
  readonly file: string;
  readonly header: Header;
  readonly cases: readonly CaseLine[];
}

/**
 * Judges the shards of a suite as the one run that they are, stores it as such and returns it: the same verdict
 * as without shards, in everything but latency.
 * @param sources parts as `-o NAME.part` writes them, one a shard, in any order.
 * @throws {PartsDoNotFit} when one cannot be read, is missing, double, or of another version.
 */
export async function mergeParts(workspace: Workspace, sources: readonly PartSource[], { trigger = "cli", endpoint }: { readonly trigger?: RunTrigger; readonly endpoint?: string } = {}): Promise<FinishedRun> {
  const parts = await Promise.all(sources.map(readPart));
  const first = parts.find(({ cases }) => cases.length > 0) ?? parts[0];
  if (!first) throw new PartsDoNotFit("Name the parts of all shards.");
  for (const other of parts) requireSame(first, other);
  requireAll(parts);

  const { report: head, repeats, gates } = first.header;
  const file = absolutePath(workspace.root, head.suite);
  const version = await readAsRun(workspace, file, { endpoint });
  if (versionHash(version.files) !== head.version) throw new PartsDoNotFit(`${first.file} was made from another version of ${head.suite} than the one here${head.commit ? ` (commit ${head.commit.slice(0, 7)}${head.dirty ? " with changes" : ""})` : ""}: check that version out.`);

  const tests = new Map(version.suite.cases.map((test) => [test.id, test]));
  const series = await withDerived(first.header.series.map((entry, index) => seriesOf(entry, parts.flatMap((part) => part.cases.filter((line) => line.series === index)), tests, version.suite)), version.suite.derivedMetrics ?? []);
  const confirmed = new Map(first.header.series.map((entry, index) => [entry.key, parts.flatMap((part) => part.cases).flatMap((line) => (line.series === index && line.confirmed ? [tallyOf(testOf(line, tests), line.confirmed)] : []))]));
  const sum = (pick: (header: Header) => number) => parts.reduce((total, { header }) => total + pick(header), 0);
  const analysed = analyse({ series, repeats, gates, confirmed });
  const report: RunReport = {
    ...head,
    baseline: head.baseline && { ...head.baseline, commit: head.baseline.commit, at: head.baseline.at },
    commit: head.commit,
    runId: randomUUID(),
    verdict: worst(analysed.map((item) => item.verdict)),
    startedAt: Math.min(...parts.map(({ header }) => header.report.startedAt)),
    durationMs: Math.max(...parts.map(({ header }) => header.report.durationMs)),
    calls: sum((header) => header.report.calls),
    cached: sum((header) => header.report.cached),
    cost: sum((header) => header.report.cost),
    origins: [...new Set(parts.flatMap(({ header }) => header.report.origins))],
    notices: [...new Set(parts.flatMap(({ header }) => header.report.notices ?? []))],
    series: analysed,
  };
  store(workspace, version, report, parts, trigger);
  const found = await resolveBaseline(workspace, file, version.files);
  const changes = found.baseline ? await changesOf(version, workspace.root, found.baseline.snapshot) : [];
  return { report, version, series, changes, root: workspace.root, store: workspace.store, shard: undefined, judgement: { repeats, gates, confirmed } };
}

async function readPart({ name: file, lines }: PartSource): Promise<Part> {
  const { headerSchema, caseSchema } = await import("./partSchema.ts");
  const cases: CaseLine[] = [];
  let header: Header | undefined;
  let number = 0;
  try {
    for await (const line of lines()) {
      number++;
      if (line.trim() === "") continue;
      const value: unknown = JSON.parse(line);
      if (header) cases.push(caseSchema.parse(value));
      else header = headerSchema.parse(value);
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new PartsDoNotFit(code === undefined || number > 0 ? `${file}:${number}:1: This is not a part that "llmops eval --shard i/n -o NAME.part" wrote, or it was cut off.` : `${file} cannot be read (${code}).`);
  }
  if (!header) throw new PartsDoNotFit(`${file} is empty.`);
  return { file, header, cases };
}

function requireSame(first: Part, other: Part): void {
  const identity = ({ header: { report, repeats, gates, series, shard } }: Part) => ({ suite: report.suite, version: report.version, baseline: report.baseline?.commit ?? report.baseline?.label, "number of shards": shard.of, repeats, gates, series: first.cases.length > 0 && other.cases.length > 0 ? series.map(({ key }) => key) : [] });
  const [mine, theirs] = [identity(first), identity(other)];
  const differs = (Object.keys(mine) as (keyof typeof mine)[]).find((key) => JSON.stringify(mine[key]) !== JSON.stringify(theirs[key]));
  if (differs) throw new PartsDoNotFit(`${first.file} and ${other.file} are no parts of one run: their ${differs} differs.`);
}

function requireAll(parts: readonly Part[]): void {
  const of = parts[0]?.header.shard.of ?? 0;
  const byIndex = new Map<number, Part>();
  for (const part of parts) {
    const known = byIndex.get(part.header.shard.index);
    if (known) throw new PartsDoNotFit(`${known.file} and ${part.file} are both shard ${part.header.shard.index} of ${of}.`);
    byIndex.set(part.header.shard.index, part);
  }
  const missing = Array.from({ length: of }, (_, i) => i + 1).filter((index) => !byIndex.has(index));
  if (missing.length > 0) throw new PartsDoNotFit(`Of ${of} shards ${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} missing.`);
}

function seriesOf(entry: Header["series"][number], lines: readonly CaseLine[], tests: ReadonlyMap<string, Case>, suite: Suite): SeriesTally {
  const prompt = suite.prompts.find(({ key }) => key === entry.prompt);
  const cases = lines.map((line) => tallyOf(testOf(line, tests), line)).sort((a, b) => a.test.index - b.test.index);
  return { ...entry, model: entry.model, skipped: false, cases, instructions: entry.instructions?.map((info) => ({ ...info, line: info.line, location: prompt && info.origin !== "suite" ? placeOf(info, prompt, suite) : undefined })) };
}

function testOf(line: CaseLine, tests: ReadonlyMap<string, Case>): Case {
  const test = tests.get(line.case);
  if (!test) throw new PartsDoNotFit(`A part has a case ${line.case} that the suite does not have.`);
  return test;
}

/** Where both arms asked the same question they share a sample, as they do in a run. */
function tallyOf(test: Case, arms: { readonly current: readonly (Read | null)[]; readonly baseline: readonly (Read | "same" | null)[] }): CaseTally {
  const current = arms.current.map((sample) => (sample ? sampleOf(sample) : undefined));
  return { test, current, baseline: arms.baseline.map((sample, repeat) => (sample === "same" ? current[repeat] : sample ? sampleOf(sample) : undefined)) };
}

function sampleOf({ status, score, latencyMs, cached, cost, tokens, metrics, measured, preview, reason, fingerprint }: Read): Sample {
  return { status, score, latencyMs, cached, cost, tokens, metrics, measured, preview, reason, fingerprint };
}

function store({ host, store, root }: Workspace, version: SuiteVersion, report: RunReport, parts: readonly Part[], trigger: RunTrigger): void {
  recordVersion(store, report.suite, version.files, report.startedAt);
  startRun(store, { id: report.runId, suite: report.suite, trigger, startedAt: report.startedAt, pid: host.identity.pid, host: host.identity.machine, version: report.version, commit: report.commit, dirty: report.dirty, partial: false });
  host.log.debug(`Merging ${parts.length} parts in ${root}`);
  for (const part of parts) {
    for (let at = 0; at < part.cases.length; at += BATCH) {
      store.write(() => {
        for (const line of part.cases.slice(at, at + BATCH)) addResults(store, report.runId, recordsOf(part.header, line));
      });
    }
  }
  endRun(store, report.runId, { state: "finished", at: host.clock.now(), verdict: report.verdict, report: JSON.stringify(report) });
}

const BATCH = 25;

function recordsOf(header: Header, line: CaseLine): ResultRecord[] {
  const record = (arm: ResultRecord["arm"]) => (sample: Stored | "same" | null, repeat: number): ResultRecord[] =>
    sample === null || sample === "same"
      ? []
      : [{ series: header.series[line.series]?.key ?? "", caseId: line.case, arm, repeat, status: sample.status, score: sample.status === "error" ? undefined : sample.score, output: sample.body, latencyMs: sample.latencyMs, cached: sample.cached, tokens: sample.tokens, cost: sample.cost, detail: sample.detail }];
  return [...line.current.flatMap(record("current")), ...line.baseline.flatMap(record("baseline"))];
}
