import type { AssertionNode, ProviderSpec } from "../model.ts";
import { number, readAssertions } from "./assertions.ts";
import { readGraders, readRubricPrompt } from "./graders.ts";
import { readCodeFile, readTransform } from "./code.ts";
import { checkKeys, OPTION_KEYS, TEST_KEYS } from "./keys.ts";
import { readProviders } from "./providers.ts";
import { at, folderOf, isFileReference, isGlob, isRecord, NONE, type Place, type SuiteSource, withoutScheme } from "./source.ts";
import { readVars } from "./vars.ts";

/** A test as written, with what it names read; before the suite's defaults and before expansion. */
export interface Draft {
  readonly description: string | undefined;
  readonly vars: Readonly<Record<string, unknown>>;
  readonly assert: readonly AssertionNode[];
  readonly threshold: number | undefined;
  readonly metadata: Record<string, unknown>;
  readonly options: Record<string, unknown>;
  readonly prompts: readonly string[] | undefined;
  readonly providers: readonly string[] | undefined;
  readonly scoring: string | undefined;
  /** Asked instead of the suite's providers. */
  readonly provider: ProviderSpec | undefined;
  readonly providerOutput: unknown;
  /** The data of a scenario that it is made with, counted through: its tests are one conversation unless they say otherwise. */
  readonly scenario?: number;
  /** Itself, where hooks are going to see it. */
  readonly written?: Readonly<Record<string, unknown>>;
  readonly place: Place;
  /** Where an explicit id stands, else the test. */
  readonly idPlace: Place;
}

export const EMPTY: Omit<Draft, "place" | "idPlace"> = { description: undefined, vars: {}, assert: [], threshold: undefined, metadata: {}, options: {}, prompts: undefined, providers: undefined, provider: undefined, scoring: undefined, providerOutput: undefined };

export async function readDraft(source: SuiteSource, value: Record<string, unknown>, place: Place): Promise<Draft> {
  checkKeys(source, value, place, TEST_KEYS);
  const vars = await varsOf(source, value["vars"], at(place, "vars"));
  const metadata = isRecord(value["metadata"]) ? value["metadata"] : NONE;
  return {
    description: typeof value["description"] === "string" ? value["description"] : undefined,
    vars,
    assert: await readAssertions(source, value["assert"], at(place, "assert")),
    threshold: number(source, value, "threshold", place),
    metadata,
    options: isRecord(value["options"]) ? await optionsOf(source, value["options"], at(place, "options")) : NONE,
    prompts: names(value["prompts"]),
    providers: names(value["providers"]),
    scoring: await scoringOf(source, value["assertScoringFunction"], at(place, "assertScoringFunction")),
    provider: (await readProviders(source, value["provider"], at(place, "provider")))[0],
    // An output of nothing is none, as in promptfoo.
    providerOutput: value["providerOutput"] || undefined,
    ...(source.keepsWritten ? { written: value } : {}),
    place,
    idPlace: "id" in metadata ? at(place, "metadata", "id") : place,
  };
}

async function optionsOf(source: SuiteSource, options: Record<string, unknown>, place: Place): Promise<Record<string, unknown>> {
  checkKeys(source, options, place, OPTION_KEYS);
  return { ...options, ...(await judgesOf(source, options, place)), ...(await transformsOf(source, options, place)) };
}

/** `postprocess` is the older name of `transform`. An empty one undoes the default one. */
async function transformsOf(source: SuiteSource, options: Record<string, unknown>, place: Place): Promise<Record<string, unknown>> {
  const written = ["transform", "postprocess", "transformVars"].filter((key) => options[key] !== undefined);
  return Object.fromEntries(await Promise.all(written.map(async (key) => [key, await readTransform(source, options[key], at(place, key))] as const)));
}

async function scoringOf(source: SuiteSource, value: unknown, place: Place): Promise<string | undefined> {
  if (value === undefined || value === null) return undefined;
  if (isFileReference(value)) return readCodeFile(source, value, place);
  source.report("error", "bad-scoring", "assertScoringFunction is a file:// with a .js, .ts or .py file.", place);
  return undefined;
}

/** Who judges, and by which question, read into the places where they were written. */
async function judgesOf(source: SuiteSource, options: Record<string, unknown>, place: Place): Promise<Record<string, unknown>> {
  const grader = await readGraders(source, options["provider"], at(place, "provider"));
  const rubricPrompt = await readRubricPrompt(source, options["rubricPrompt"], at(place, "rubricPrompt"));
  return { ...(grader === undefined ? {} : { provider: grader }), ...(rubricPrompt === undefined ? {} : { rubricPrompt }) };
}

async function varsOf(source: SuiteSource, value: unknown, place: Place): Promise<Readonly<Record<string, unknown>>> {
  if (value === undefined || value === null) return NONE;
  if (isRecord(value)) return readVars(source, value, (name) => at(place, name));
  const paths: unknown[] = Array.isArray(value) ? value : [value];
  if (!paths.every((path) => typeof path === "string")) {
    source.report("error", "bad-vars", "vars is an object of names and values, or a path of a file with one.", place);
    return {};
  }
  const read: Record<string, unknown> = {};
  for (const [index, path] of paths.entries()) Object.assign(read, await varsOfFiles(source, withoutScheme(path), Array.isArray(value) ? at(place, index) : place));
  return read;
}

/** Files of variables are the one thing that is looked for beside the file that names it. */
async function varsOfFiles(source: SuiteSource, path: string, place: Place): Promise<Record<string, unknown>> {
  const folder = folderOf(place);
  const files = isGlob(path) ? await source.glob(path, folder) : [path];
  if (files.length === 0) source.report("error", "missing-file", `${path} matches no file.`, place);
  const read: Record<string, unknown> = {};
  for (const file of files) {
    const document = await source.document(file, place, folder);
    if (document && isRecord(document.value)) Object.assign(read, await readVars(source, document.value, (name) => ({ document, path: [name] })));
  }
  return read;
}

function names(value: unknown): readonly string[] | undefined {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.map((item) => (isRecord(item) ? String(item["label"] ?? item["id"]) : String(item))) : undefined;
}

