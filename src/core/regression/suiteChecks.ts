import { locationOf } from "../evals/suite/source.ts";
import { BUILT_IN_METRICS } from "../config/gates.ts";
import type { LoadedConfig } from "../config/load.ts";
import { relativePosix } from "../config/settings.ts";
import { nearest } from "../config/suggest.ts";
import type { Path } from "../config/yaml.ts";
import { SCRIPT_TYPES, baseType } from "../evals/assertions/registry.ts";
import { checksIn } from "../evals/instructions/derive.ts";
import { RULES } from "../evals/instructions/rules.ts";
import { assertionsOf, type Case } from "../evals/model.ts";
import type { Problem } from "../problem.ts";
import { moderatorSpec } from "./graders.ts";
import type { SuiteVersion } from "./workspace.ts";

type Version = Pick<SuiteVersion, "settings" | "config"> & { readonly suite: Pick<SuiteVersion["suite"], "file" | "cases" | "derivedMetrics" | "extensions"> };

/**
 * What the entry of `llmops.yaml` says of a suite and the suite does not bear out, at its place; and the gates that hold
 * for it: of an entry for several suites one that another of them can measure is that one's.
 * @param others the other suites of the entry, read when they are needed.
 */
export async function checkSettings(version: Version, loaded: LoadedConfig, root: string, others: () => AsyncIterable<Version>): Promise<{ problems: Problem[]; gates: Version["settings"]["gates"] }> {
  const { settings, suite } = version;
  const at = (severity: Problem["severity"], code: string, message: string, ...path: Path): Problem => ({ severity, code, message, location: loaded.locate(["suites", settings.entry ?? 0, ...path], typeof path.at(-1) === "string" ? "key" : "value") });
  const own = ownMetrics(suite.cases);
  const derived = new Set(suite.derivedMetrics?.map((metric) => metric.name));
  const name = relativePosix(root, suite.file);
  const flaws: Problem[] = [];
  const elsewhere = new Set<string>();
  for (const { metric, tolerance } of settings.gates ?? []) {
    if (derived.has(metric)) {
      if (tolerance) flaws.push(at("error", "config-gate-metric", `${JSON.stringify(metric)} is derived from all cases together, so that it cannot be compared case by case. Bound it with min or max.`, "gate", metric, "tolerance"));
      continue;
    }
    const flaw = gateFlaw(metric, version, own, name);
    if (flaw?.severity === "error" && (await isMeasured(metric, others()))) elsewhere.add(metric);
    else if (flaw) flaws.push(at(flaw.severity, "config-gate-metric", flaw.message, "gate", metric));
  }
  const problems = [...flaws, ...(await instructionFlaws(settings.instructions, at)), ...takenNames(own)];
  return { problems, gates: settings.gates?.filter(({ metric }) => !elsewhere.has(metric)) };
}

async function isMeasured(metric: string, suites: AsyncIterable<Version>): Promise<boolean> {
  for await (const version of suites) {
    const { cases, file, derivedMetrics = [] } = version.suite;
    if (derivedMetrics.some(({ name }) => name === metric) || !gateFlaw(metric, version, ownMetrics(cases), file)) return true;
  }
  return false;
}

/** The metrics that assertions name, each with one of them. */
function ownMetrics(cases: readonly Case[]): ReadonlyMap<string, Case["assert"][number]> {
  return new Map(cases.flatMap((test) => [...test.assert, ...assertionsOf(test)]).flatMap((node) => (node.metric === undefined ? [] : [[node.metric, node] as const])));
}

interface Flaw {
  readonly severity: "error" | "warning";
  readonly message: string;
}

/** A gate on what nothing measures would hold whatever happens. */
function gateFlaw(metric: string, version: Version, own: ReadonlyMap<string, unknown>, suite: string): Flaw | undefined {
  const { cases } = version.suite;
  if (cases.length === 0 || own.has(metric)) return undefined;
  const builtIn = Object.keys(BUILT_IN_METRICS);
  if (builtIn.includes(metric)) {
    const message = unmeasured(metric, version);
    return message === undefined ? undefined : { severity: "error", message: `${suite} ${message}` };
  }
  const there = [...(version.suite.derivedMetrics ?? []).map(({ name }) => name), ...builtIn.filter((name) => unmeasured(name, version) === undefined), ...own.keys()];
  const meant = nearest(metric, [...builtIn, ...own.keys()], Math.max(1, Math.floor(metric.length / 4)));
  const hint = meant === undefined ? "" : ` Did you mean ${JSON.stringify(meant)}?`;
  // Scripts name metrics that nobody knows before they run.
  if (namesMetricsByCode(version.suite)) return meant === undefined ? undefined : { severity: "warning", message: `${JSON.stringify(metric)} is no metric that is known of ${suite}.${hint} Unless a script names a metric so, this gate never has a value.` };
  return { severity: "error", message: `No assertion of ${suite} names a metric ${JSON.stringify(metric)}, so this gate would never have a value.${hint} There are: ${there.join(", ")}. Suites with other metrics need an entry of their own.` };
}

/** Why a built-in metric is never measured in a suite; `undefined`: it is. */
function unmeasured(metric: string, version: Version): string | undefined {
  const { cases } = version.suite;
  if (metric === "select-best" && !cases.some((test) => assertionsOf(test).some(({ type }) => type === "select-best"))) return "has no select-best assertion, so this gate would never have a value.";
  if (metric === "toxicity" && !cases.some(({ options }) => moderatorSpec(version, options.grader))) return "has nobody who moderates its answers, so this gate would never have a value. Name a moderationModel in the endpoint or judge of this entry, or gate profanity-list.";
  return undefined;
}

const NAMING_TYPES: ReadonlySet<string> = new Set([...SCRIPT_TYPES, "webhook"]);

function namesMetricsByCode({ cases, extensions = [] }: Version["suite"]): boolean {
  return extensions.some(({ hook }) => hook !== "afterAll") || cases.some((test) => test.scoring !== undefined || [...test.assert, ...assertionsOf(test)].some((node) => node.metric?.includes("{{") || (node.kind === "assertion" && NAMING_TYPES.has(baseType(node.type)))));
}

async function instructionFlaws({ also = [], except = [] }: NonNullable<Version["settings"]["instructions"]> = {}, at: (severity: "error", code: string, message: string, ...path: Path) => Problem): Promise<Problem[]> {
  const rules = RULES.map(({ name }) => name);
  const unread = await Promise.all(also.map(async (sentence, index) => ((await checksIn([sentence])).length > 0 ? [] : [index])));
  return [
    ...unread.flat().map((index) => at("error", "config-instruction", `${JSON.stringify(also[index])} is no instruction that can be checked. Write one sentence such as "Reply in at most 50 words." or "Do not mention prices."`, "instructions", "also", index)),
    // A sentence may have been taken out of the prompt since; one word is meant to be a rule.
    ...except.flatMap((entry, index) => (/\s/.test(entry.trim()) || rules.includes(entry) ? [] : [at("error", "config-instruction", `${JSON.stringify(entry)} is no rule of instructions. There are: ${rules.join(", ")}. A single instruction is left out by its whole sentence.`, "instructions", "except", index)])),
  ];
}

function takenNames(own: ReadonlyMap<string, Case["assert"][number]>): Problem[] {
  return [...own].filter(([metric]) => Object.hasOwn(BUILT_IN_METRICS, metric)).map(([metric, node]) => ({ severity: "warning", code: "metric-taken", message: `${JSON.stringify(metric)} is a metric of every suite: this assertion's score is not shown under that name. Give it another one.`, location: locationOf(node.place) }));
}
