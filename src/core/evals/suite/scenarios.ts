import type { Draft } from "./draft.ts";
import { checkKeys, SCENARIO_KEYS } from "./keys.ts";
import { at, isFileReference, isGlob, isRecord, type Place, type SuiteSource, withoutScheme } from "./source.ts";
import { readTests } from "./testList.ts";
import { writtenOver } from "./written.ts";

/** The tests of scenarios: of each, every set of data with every test, which wins over the data. */
export async function readScenarios(source: SuiteSource, value: unknown, place: Place): Promise<Draft[]> {
  const sets = await readSets(source, value, place);
  return sets.flatMap(({ data, tests }, scenario) => tests.map((test) => ({ ...merged(data, test), scenario })));
}

/** A set of data with the tests that it is for. */
interface DataSet {
  readonly data: Draft;
  readonly tests: readonly Draft[];
}

async function readSets(source: SuiteSource, value: unknown, place: Place): Promise<DataSet[]> {
  if (value === undefined || value === null) return [];
  if (isFileReference(value)) return ofFiles(source, withoutScheme(value), place);
  if (Array.isArray(value)) {
    const lists: DataSet[][] = [];
    for (const [index, item] of value.entries()) lists.push(await readSets(source, item, at(place, index)));
    return lists.flat();
  }
  if (isRecord(value)) return readScenario(source, value, place);
  source.report("error", "bad-scenario", "A scenario is {config: [data, …], tests: [test, …]}, or a file:// of one.", place);
  return [];
}

async function ofFiles(source: SuiteSource, path: string, place: Place): Promise<DataSet[]> {
  const files = isGlob(path) ? await source.glob(path) : [path];
  if (files.length === 0) source.report("error", "missing-file", `${path} matches no file.`, place);
  const lists: DataSet[][] = [];
  for (const file of files) {
    const document = await source.document(file, place);
    if (document && document.problems.length === 0) lists.push(await readSets(source, document.value, { document, path: [] }));
  }
  return lists.flat();
}

async function readScenario(source: SuiteSource, value: Record<string, unknown>, place: Place): Promise<DataSet[]> {
  checkKeys(source, value, place, SCENARIO_KEYS);
  const data = await readTests(source, value["config"], at(place, "config"));
  const tests = await readTests(source, value["tests"], at(place, "tests"));
  if (data.length === 0 || tests.length === 0) source.report("warning", "no-tests", "This scenario runs nothing: it needs data in config, and tests.", place);
  return data.map((set) => ({ data: set, tests }));
}

function merged(data: Draft, test: Draft): Draft {
  return {
    description: test.description ?? data.description,
    vars: { ...data.vars, ...test.vars },
    assert: [...data.assert, ...test.assert],
    threshold: test.threshold ?? data.threshold,
    metadata: { ...data.metadata, ...test.metadata },
    options: { ...data.options, ...test.options },
    prompts: test.prompts ?? data.prompts,
    providers: test.providers ?? data.providers,
    scoring: test.scoring ?? data.scoring,
    provider: test.provider ?? data.provider,
    providerOutput: test.providerOutput ?? data.providerOutput,
    ...(data.written && test.written ? { written: writtenOver(data.written, test.written) } : {}),
    place: test.place,
    idPlace: test.idPlace,
  };
}
