import { basename } from "node:path";
import type { Location } from "../../problem.ts";
import { BARE_CASE, type Case, type CaseOptions, type Graders } from "../model.ts";
import { comparesColumns } from "../judges/columns.ts";
import { caseIds } from "./caseIds.ts";
import { type Draft, EMPTY, readDraft } from "./draft.ts";
import { at, isFileReference, isRecord, locationOf, type Place, type SuiteSource, withoutScheme } from "./source.ts";
import { readScenarios } from "./scenarios.ts";
import { readTests } from "./testList.ts";
import { transformedTests } from "./transformVars.ts";
import { combinations, merged, withoutMade } from "./vars.ts";
import { writtenOver, writtenTest } from "./written.ts";

const PARAMETERS = ["temperature", "max_tokens", "max_completion_tokens", "top_p", "seed", "stop", "presence_penalty", "frequency_penalty", "response_format", "tools", "tool_choice"];

/** The tests of a suite as they are written. */
export interface WrittenTests {
  readonly defaults: Draft | undefined;
  readonly tests: readonly Draft[];
  readonly scenarios: readonly Draft[];
}

export async function readWrittenTests(source: SuiteSource, config: Record<string, unknown>, root: Place): Promise<WrittenTests> {
  const defaults = await readDefaults(source, config["defaultTest"], at(root, "defaultTest"));
  return { defaults, tests: await readTests(source, config["tests"], at(root, "tests")), scenarios: await readScenarios(source, config["scenarios"], at(root, "scenarios")) };
}

/** The tests of a suite, with the defaults and every combination of their variables, in promptfoo's order. */
export async function casesOf(source: SuiteSource, { defaults, tests, scenarios }: WrittenTests, root: Place): Promise<Case[]> {
  const drafts = [...tests, ...scenarios];
  if (drafts.length === 0 && !source.problems.some((problem) => problem.severity === "error")) {
    source.report("warning", "no-tests", "This suite has no tests: each prompt runs once, and only the default assertions judge it.", root);
    drafts.push({ ...EMPTY, place: root, idPlace: root });
  }
  return expanded(source, drafts, defaults);
}

export async function readDefaults(source: SuiteSource, value: unknown, place: Place): Promise<Draft | undefined> {
  if (value === undefined || value === null) return undefined;
  if (isFileReference(value)) {
    const document = await source.document(withoutScheme(value), place);
    return document && isRecord(document.value) ? readDraft(source, document.value, { document, path: [] }) : undefined;
  }
  if (isRecord(value)) return readDraft(source, value, place);
  source.report("error", "bad-test", "defaultTest is a test: {vars, assert, options, …}, or a file://path of one.", place);
  return undefined;
}

async function expanded(source: SuiteSource, drafts: readonly Draft[], defaults: Draft | undefined): Promise<Case[]> {
  const transformed = await transformedTests(source, drafts, defaults);
  const cases: Case[] = [];
  const explicit = new Map<string, Draft>();
  const idOf = caseIds();
  for (const draft of drafts) {
    const own = draft.metadata["id"] === undefined ? undefined : String(draft.metadata["id"]);
    if (own !== undefined) {
      const first = explicit.get(own);
      // A test of a scenario has the same id with each set of data.
      if (first && first.idPlace !== draft.idPlace) source.report("error", "duplicate-id", `The id ${JSON.stringify(own)} is used twice: a case must be told from every other. The first is ${said(locationOf(first.idPlace), locationOf(draft.idPlace))}.`, draft.idPlace);
      else explicit.set(own, draft);
    }
    const options = optionsOf(draft, defaults);
    const vars = transformed.get(draft) ?? merged(defaults?.vars, draft.vars);
    const assert = options["disableDefaultAsserts"] === true || !defaults?.assert.length ? draft.assert : [...defaults.assert, ...draft.assert];
    reportSecondComparison(source, assert);
    const written = merged(defaults?.metadata, draft.metadata);
    const metadata = draft.scenario === undefined ? written : { conversationId: `__scenario_${draft.scenario}__`, ...written };
    const parsed = Object.keys(options).length === 0 ? BARE_CASE.options : caseOptions(options);
    const seen = source.keepsWritten && writtenOver(defaults && writtenTest(defaults), writtenTest(draft), options["disableDefaultAsserts"] !== true);
    const { description, threshold, prompts, providers, providerOutput, ...rest } = restOf(draft, defaults);
    for (const combination of options["disableVarExpansion"] === true ? [vars] : combinations(vars)) {
      const given = withoutMade(combination);
      cases.push({
        id: idOf({ description: draft.description, vars: given.vars }, own),
        index: cases.length,
        description,
        vars: given.vars,
        assert,
        threshold,
        options: parsed,
        metadata,
        prompts,
        providers,
        providerOutput,
        place: draft.place,
        // What few cases have comes last: V8 keeps what follows a spread apart from the object.
        ...(given.madeVars && { madeVars: given.madeVars }),
        ...rest,
        ...(seen ? { written: { ...seen, vars: given.vars, metadata } } : {}),
      });
    }
  }
  return cases;
}

/** What a test says by itself, else the default one. */
function restOf(draft: Draft, defaults?: Draft): Pick<Case, "description" | "threshold" | "prompts" | "providers" | "providerOutput" | "provider" | "scoring"> {
  const provider = draft.provider ?? defaults?.provider;
  const scoring = draft.scoring ?? defaults?.scoring;
  return {
    description: draft.description ?? defaults?.description,
    threshold: draft.threshold ?? defaults?.threshold,
    prompts: draft.prompts ?? defaults?.prompts,
    providers: draft.providers ?? defaults?.providers,
    providerOutput: draft.providerOutput ?? defaults?.providerOutput,
    ...(provider === undefined ? {} : { provider }),
    ...(scoring === undefined ? {} : { scoring }),
  };
}

/** A case as another text of it says, with the defaults in that already. */
export async function rewritten(source: SuiteSource, test: Case, written: Record<string, unknown>, place: Place): Promise<Case> {
  const draft = await readDraft(source, written, place);
  reportSecondComparison(source, draft.assert);
  return { id: test.id, index: test.index, ...withoutMade(draft.vars), assert: draft.assert, options: caseOptions(draft.options), metadata: draft.metadata, place: test.place, written, ...restOf(draft) };
}

/** A test's own options over the default ones; an empty prefix or suffix does not undo the default one. */
function optionsOf(draft: Draft, defaults: Draft | undefined): Record<string, unknown> {
  if (!defaults || Object.keys(defaults.options).length === 0) return draft.options;
  const { prefix, suffix } = defaults.options;
  const options = { ...defaults.options, ...draft.options };
  return { ...options, ...(options["prefix"] ? {} : { prefix }), ...(options["suffix"] ? {} : { suffix }) };
}

/** A place as it is said in a message about another one. */
function said({ file, range }: Location, from: Location): string {
  return `on line ${range.start.line + 1}${file === from.file ? "" : ` of ${basename(file)}`}`;
}

function caseOptions(options: Readonly<Record<string, unknown>>): CaseOptions {
  const text = (key: string) => (typeof options[key] === "string" ? options[key] : undefined);
  const repeat = options["repeat"];
  const transform = text("transform") ?? text("postprocess");
  return {
    prefix: text("prefix"),
    suffix: text("suffix"),
    ...(transform === undefined ? {} : { transform }),
    ...(options["runSerially"] === true ? { runSerially: true } : {}),
    ...(text("storeOutputAs") ? { storeOutputAs: text("storeOutputAs") } : {}),
    ...(options["disableConversationVar"] === true ? { disableConversationVar: true } : {}),
    repeat: typeof repeat === "number" && Number.isInteger(repeat) && repeat > 0 ? repeat : undefined,
    provider: Object.fromEntries(PARAMETERS.filter((name) => options[name] !== undefined).map((name) => [name, options[name]])),
    ...(options["provider"] === undefined ? {} : { grader: options["provider"] as Graders }),
    ...(options["rubricPrompt"] === undefined ? {} : { rubricPrompt: options["rubricPrompt"] }),
    ...(isRecord(options["factuality"]) ? { factuality: Object.fromEntries(Object.entries(options["factuality"]).filter((entry): entry is [string, number] => Number.isFinite(entry[1]))) } : {}),
  };
}

/** As in promptfoo the first of its kind counts; what does not must not seem to. */
function reportSecondComparison(source: SuiteSource, assert: Case["assert"]): void {
  const seen = new Set<string>();
  for (const node of assert) {
    if (node.kind !== "assertion" || !comparesColumns(node)) continue;
    if (seen.has(node.type)) source.report("warning", "second-comparison", `Only the first ${node.type} of a test counts, as in promptfoo: this one is ignored.`, node.place);
    seen.add(node.type);
  }
}
