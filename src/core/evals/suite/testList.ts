import { extname } from "node:path";
import type { Path } from "../../config/yaml.ts";
import { readCsv } from "./csv.ts";
import { type Draft, readDraft } from "./draft.ts";
import { isCodeFile } from "../suiteCode/transform.ts";
import { valueOfCode } from "./callCode.ts";
import { LineDocument } from "./lineDocument.ts";
import { dereferenced, withFiles } from "./references.ts";
import { at, isGlob, isRecord, locationOf, type Place, placeAt, type SuiteSource, withoutScheme } from "./source.ts";

const WHOLE: Path = [];

/**
 * The tests of a suite, a scenario or a file: written there, or in files of every format.
 * @param open the files of tests that lead here.
 */
export async function readTests(source: SuiteSource, value: unknown, place: Place, open: readonly string[] = []): Promise<Draft[]> {
  if (value === undefined || value === null) return [];
  if (typeof value === "string") return readFile(source, value, place, open);
  if (isRecord(value)) {
    if (typeof value["path"] === "string") return readFile(source, value["path"], at(place, "path"), open, value["config"]);
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
    else if (isRecord(item) && typeof item["path"] === "string" && item["vars"] === undefined) drafts.push(...(await readFile(source, item["path"], at(here, "path"), open, item["config"])));
    else if (isRecord(item)) drafts.push(await readDraft(source, item, here));
    else source.report("error", "bad-test", "A test is an object such as {vars: {…}, assert: […]}.", here);
  }
  return drafts;
}

/** @param config for code that makes tests. */
async function readFile(source: SuiteSource, reference: string, place: Place, open: readonly string[], config?: unknown): Promise<Draft[]> {
  const path = withoutScheme(reference);
  if (/^https?:\/\/|^huggingface:/.test(path)) {
    source.notYet("Tests from the network", place, "value");
    return [];
  }
  if (isCodeFile(`file://${path}`)) return readMade(source, `file://${path}`, place, config);
  if (/\.xlsx?(#.*)?$/i.test(path)) {
    source.report("error", "unsupported-file", `${path} is a spreadsheet, which is not read here. Save it as CSV (UTF-8), and name that file.`, place);
    return [];
  }
  if (isGlob(path)) {
    const files = await source.glob(path);
    if (files.length === 0) source.report("error", "missing-file", `${path} matches no file.`, place);
    const lists = await Promise.all(files.map((file) => readFound(source, file, place, open)));
    return lists.flat();
  }
  return readFound(source, path, place, open);
}

/** Tests that a function returns, or a JavaScript file exports; mistakes in them are said at the reference. */
async function readMade(source: SuiteSource, reference: string, place: Place, config: unknown): Promise<Draft[]> {
  const given = config === undefined || config === null ? [] : [await withFiles(source, config, place)];
  const made = await valueOfCode(source, reference, given, "generate_tests", place);
  if (!made) return [];
  if (!Array.isArray(made.value) || !made.value.every(isRecord)) {
    source.report("error", "bad-test", `${reference} must give a list of tests such as [{vars: {…}, assert: […]}].`, place);
    return [];
  }
  const here = placeAt(locationOf(place));
  const drafts: Draft[] = [];
  for (const test of made.value) drafts.push(await readDraft(source, test, here));
  return drafts;
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
      return readCsv(source, read.file, read.text);
    case ".jsonl":
      return readJsonLines(source, read.file, read.text);
    default: {
      const document = source.parsed(read.file, read.text);
      if (document.problems.length > 0) return [];
      if (document.value === undefined || document.value === null) {
        source.report("error", "empty-file", `${path} is empty: there are no tests in it.`, place);
        return [];
      }
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
  let [line, start] = [-1, 0];
  for (const raw of text.split(/(?<=\n|\r(?!\n))/)) {
    const document = new LineDocument(file, text, ++line, start, start + raw.length);
    start += raw.length;
    if (raw.trim() === "") continue;
    let value: unknown;
    try {
      value = JSON.parse(raw);
    } catch (error) {
      source.report("error", "json-syntax", `This line is not JSON: ${error instanceof Error ? error.message : String(error)}`, document.whole());
      continue;
    }
    if (isRecord(value)) drafts.push(await readDraft(source, value, { document, path: WHOLE }));
    else source.report("error", "bad-test", "A test is an object such as {vars: {…}, assert: […]}.", document.whole());
  }
  return drafts;
}
