import { basename, extname } from "node:path";
import { parseYaml, type YamlDocument } from "../../config/yaml.ts";
import type { Location, Position } from "../../problem.ts";
import type { AssertionNode, Case, CaseOptions, Graders } from "../model.ts";
import { caseIds } from "./caseIds.ts";
import { number, readAssertions } from "./assertions.ts";
import { type CsvTest, readCsv } from "./csv.ts";
import { readGraders, readRubricPrompt } from "./graders.ts";
import { checkKeys, OPTION_KEYS, TEST_KEYS } from "./keys.ts";
import { dereferenced } from "./references.ts";
import { at, isFileReference, isGlob, isRecord, locationOf, type Place, type SuiteSource, withoutScheme } from "./source.ts";
import { combinations, readVars } from "./vars.ts";

/** A test as written, with what it names read; before the suite's defaults and before expansion. */
interface Draft {
  readonly description: string | undefined;
  readonly vars: Record<string, unknown>;
  readonly assert: readonly AssertionNode[];
  readonly threshold: number | undefined;
  readonly metadata: Record<string, unknown>;
  readonly options: Record<string, unknown>;
  readonly prompts: readonly string[] | undefined;
  readonly providers: readonly string[] | undefined;
  readonly providerOutput: unknown;
  readonly location: () => Location;
  /** Where an explicit id stands. */
  readonly idLocation: () => Location;
}

const PARAMETERS = ["temperature", "max_tokens", "max_completion_tokens", "top_p", "seed", "stop", "presence_penalty", "frequency_penalty", "response_format", "tools", "tool_choice"];

/** The tests of a suite, with the defaults and every combination of their variables, in promptfoo's order. */
export async function readCases(source: SuiteSource, config: Record<string, unknown>, root: Place): Promise<Case[]> {
  const defaults = await readDefaults(source, config["defaultTest"], at(root, "defaultTest"));
  const drafts = await readTests(source, config["tests"], at(root, "tests"));
  if (drafts.length === 0 && !source.problems.some((problem) => problem.severity === "error")) {
    source.report("warning", "no-tests", "This suite has no tests: each prompt runs once, and only the default assertions judge it.", root);
    drafts.push({ ...EMPTY, location: () => locationOf(root), idLocation: () => locationOf(root) });
  }
  return expanded(source, drafts, defaults);
}

const EMPTY: Omit<Draft, "location" | "idLocation"> = { description: undefined, vars: {}, assert: [], threshold: undefined, metadata: {}, options: {}, prompts: undefined, providers: undefined, providerOutput: undefined };

async function readDefaults(source: SuiteSource, value: unknown, place: Place): Promise<Draft | undefined> {
  if (value === undefined || value === null) return undefined;
  if (isFileReference(value)) {
    const document = await source.document(withoutScheme(value), place);
    return document && isRecord(document.value) ? readDraft(source, document.value, { document, path: [] }) : undefined;
  }
  if (isRecord(value)) return readDraft(source, value, place);
  source.report("error", "bad-test", "defaultTest is a test: {vars, assert, options, …}, or a file://path of one.", place);
  return undefined;
}

/** @param open the files of tests that lead here. */
async function readTests(source: SuiteSource, value: unknown, place: Place, open: readonly string[] = []): Promise<Draft[]> {
  if (value === undefined || value === null) return [];
  if (typeof value === "string") return readFile(source, value, place, open);
  if (isRecord(value)) {
    if (typeof value["path"] === "string") return readFile(source, value["path"], at(place, "path"), open);
    source.report("error", "bad-test", "tests is a list of tests, or a path of a file with them.", place);
    return [];
  }
  if (!Array.isArray(value)) {
    source.report("error", "bad-test", "tests is a list of tests, or a path of a file with them.", place);
    return [];
  }
  const drafts: Draft[] = [];
  for (const [index, item] of value.entries()) {
    const here = at(place, index);
    if (typeof item === "string") drafts.push(...(await readFile(source, item, here, open)));
    else if (isRecord(item) && typeof item["path"] === "string" && item["vars"] === undefined) drafts.push(...(await readFile(source, item["path"], at(here, "path"), open)));
    else if (isRecord(item)) drafts.push(await readDraft(source, item, here));
    else source.report("error", "bad-test", "A test is an object such as {vars: {…}, assert: […]}.", here);
  }
  return drafts;
}

async function readFile(source: SuiteSource, reference: string, place: Place, open: readonly string[]): Promise<Draft[]> {
  const path = withoutScheme(reference);
  if (/^https?:\/\/|^huggingface:/.test(path)) {
    source.notYet("Tests from the network", place, "value");
    return [];
  }
  if (/\.([cm]?[jt]s|py|xlsx?)(:\w+)?$/.test(path)) {
    source.notYet("Tests made by code and spreadsheets", place, "value");
    return [];
  }
  if (isGlob(path)) {
    const files = await source.glob(path, place);
    if (files.length === 0) source.report("error", "missing-file", `${path} matches no file.`, place);
    const lists = await Promise.all(files.map((file) => readFound(source, file, place, open)));
    return lists.flat();
  }
  return readFound(source, path, place, open);
}

async function readFound(source: SuiteSource, path: string, place: Place, open: readonly string[]): Promise<Draft[]> {
  const read = await source.read(path, place);
  if (!read) return [];
  if (open.includes(read.file)) {
    source.report("error", "cyclic-file", `${path} leads back to itself: it is read for its own tests.`, place);
    return [];
  }
  switch (extname(read.file).toLowerCase()) {
    case ".csv":
      return (await readCsv(source, read.file, read.text)).map(fromCsv);
    case ".jsonl":
      return readJsonLines(source, read.file, read.text);
    default: {
      const document = source.parsed(read.file, read.text);
      if (document.problems.length > 0) return [];
      const value = await dereferenced(source, document.value, { document, path: [] });
      const whole: Place = { document, path: [] };
      const inside = [...open, read.file];
      if (!isRecord(value)) return readTests(source, value, whole, inside);
      return Array.isArray(value["tests"]) ? readTests(source, value["tests"], at(whole, "tests"), inside) : [await readDraft(source, value, whole)];
    }
  }
}

async function readJsonLines(source: SuiteSource, file: string, text: string): Promise<Draft[]> {
  const drafts: Draft[] = [];
  for (const [line, raw] of text.split(/\r\n|\n|\r/).entries()) {
    if (raw.trim() === "") continue;
    const location: Location = { file, range: { start: { line, character: 0 }, end: { line, character: raw.length } } };
    let value: unknown;
    try {
      value = JSON.parse(raw);
    } catch (error) {
      source.report("error", "json-syntax", `This line is not JSON: ${error instanceof Error ? error.message : String(error)}`, location);
      continue;
    }
    if (!isRecord(value)) {
      source.report("error", "bad-test", "A test is an object such as {vars: {…}, assert: […]}.", location);
      continue;
    }
    drafts.push(await readDraft(source, value, { document: lineDocument(location, raw, value), path: [] }));
  }
  return drafts;
}

/** A line as a document of its own, whose positions are those of its file. */
function lineDocument({ file, range: { start } }: Location, text: string, value: unknown): YamlDocument {
  const moved = ({ line, character }: Position): Position => ({ line: line + start.line, character });
  return {
    file,
    text,
    value,
    problems: [],
    locate: (path, part) => {
      const range = parseYaml(file, text).locate(path, part);
      return { start: moved(range.start), end: moved(range.end) };
    },
  };
}

function fromCsv(test: CsvTest): Draft {
  const { prefix, suffix } = test;
  return { ...EMPTY, ...test, options: { ...(prefix === undefined ? {} : { prefix }), ...(suffix === undefined ? {} : { suffix }) }, idLocation: test.location };
}

async function readDraft(source: SuiteSource, value: Record<string, unknown>, place: Place): Promise<Draft> {
  checkKeys(source, value, place, TEST_KEYS);
  const options = isRecord(value["options"]) ? value["options"] : {};
  checkKeys(source, options, at(place, "options"), OPTION_KEYS);
  const vars = await varsOf(source, value["vars"], at(place, "vars"));
  const providers = value["providers"] ?? value["provider"];
  if (isRecord(providers)) source.notYet("A provider of a test's own", at(place, value["providers"] === undefined ? "provider" : "providers"));
  return {
    description: typeof value["description"] === "string" ? value["description"] : undefined,
    vars,
    assert: await readAssertions(source, value["assert"], at(place, "assert")),
    threshold: number(source, value, "threshold", place),
    metadata: isRecord(value["metadata"]) ? value["metadata"] : {},
    options: { ...options, ...(await judgesOf(source, options, at(place, "options"))) },
    prompts: names(value["prompts"]),
    providers: names(providers),
    providerOutput: value["providerOutput"],
    location: () => locationOf(place),
    idLocation: () => locationOf(at(place, "metadata", "id")),
  };
}

/** Who judges, and by which question, read into the places where they were written. */
async function judgesOf(source: SuiteSource, options: Record<string, unknown>, place: Place): Promise<Record<string, unknown>> {
  const grader = await readGraders(source, options["provider"], at(place, "provider"));
  const rubricPrompt = await readRubricPrompt(source, options["rubricPrompt"], at(place, "rubricPrompt"));
  return { ...(grader === undefined ? {} : { provider: grader }), ...(rubricPrompt === undefined ? {} : { rubricPrompt }) };
}

async function varsOf(source: SuiteSource, value: unknown, place: Place): Promise<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  if (isFileReference(value)) {
    const document = await source.document(withoutScheme(value), place);
    return document && isRecord(document.value) ? readVars(source, document.value, (name) => ({ document, path: [name] })) : {};
  }
  if (isRecord(value)) return readVars(source, value, (name) => at(place, name));
  source.report("error", "bad-vars", "vars is an object of names and values.", place);
  return {};
}

function names(value: unknown): readonly string[] | undefined {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.map((item) => (isRecord(item) ? String(item["label"] ?? item["id"]) : String(item))) : undefined;
}

function expanded(source: SuiteSource, drafts: readonly Draft[], defaults: Draft | undefined): Case[] {
  const cases: Case[] = [];
  const explicit = new Map<string, Draft>();
  const idOf = caseIds();
  for (const draft of drafts) {
    const own = draft.metadata["id"] === undefined ? undefined : String(draft.metadata["id"]);
    if (own !== undefined) {
      const first = explicit.get(own);
      if (first) source.report("error", "duplicate-id", `The id ${JSON.stringify(own)} is used twice: a case must be told from every other. The first is ${said(first.idLocation(), draft.idLocation())}.`, draft.idLocation());
      else explicit.set(own, draft);
    }
    const options = { ...defaults?.options, ...draft.options };
    const vars = { ...defaults?.vars, ...draft.vars };
    const assert = [...(options["disableDefaultAsserts"] === true ? [] : (defaults?.assert ?? [])), ...draft.assert];
    for (const combination of options["disableVarExpansion"] === true ? [vars] : combinations(vars)) {
      cases.push({
        id: idOf({ description: draft.description, vars: combination }, own),
        index: cases.length,
        description: draft.description ?? defaults?.description,
        vars: combination,
        assert,
        threshold: draft.threshold ?? defaults?.threshold,
        options: caseOptions(options),
        metadata: { ...defaults?.metadata, ...draft.metadata },
        prompts: draft.prompts ?? defaults?.prompts,
        providers: draft.providers ?? defaults?.providers,
        providerOutput: draft.providerOutput ?? defaults?.providerOutput,
        location: draft.location,
      });
    }
  }
  return cases;
}

/** A place as it is said in a message about another one. */
function said({ file, range }: Location, from: Location): string {
  return `on line ${range.start.line + 1}${file === from.file ? "" : ` of ${basename(file)}`}`;
}

function caseOptions(options: Readonly<Record<string, unknown>>): CaseOptions {
  const text = (key: string) => (typeof options[key] === "string" ? options[key] : undefined);
  const repeat = options["repeat"];
  return {
    prefix: text("prefix"),
    suffix: text("suffix"),
    repeat: typeof repeat === "number" && Number.isInteger(repeat) && repeat > 0 ? repeat : undefined,
    provider: Object.fromEntries(PARAMETERS.filter((name) => options[name] !== undefined).map((name) => [name, options[name]])),
    ...(options["provider"] === undefined ? {} : { grader: options["provider"] as Graders }),
    ...(options["rubricPrompt"] === undefined ? {} : { rubricPrompt: options["rubricPrompt"] }),
    ...(isRecord(options["factuality"]) ? { factuality: Object.fromEntries(Object.entries(options["factuality"]).filter((entry): entry is [string, number] => Number.isFinite(entry[1]))) } : {}),
  };
}
