import { extname } from "node:path";
import { parseYaml } from "../../config/yaml.ts";
import type { Assertion } from "../../evals/model.ts";
import { readAssertions } from "../../evals/suite/assertions.ts";
import { shorthand } from "../../evals/suite/csv.ts";
import { at, isRecord, locationOf, type Place, placeAt, type SuiteSource } from "../../evals/suite/source.ts";
import { readTable } from "../../evals/suite/table.ts";
import type { Location } from "../../problem.ts";

/** An output that a person has judged. */
export interface Labelled {
  /** From 1, in the file. */
  readonly line: number;
  readonly output: unknown;
  readonly assertion: Assertion;
  readonly label: boolean;
  /** The person's score, where there is one. */
  readonly score: number | undefined;
  /** What led to the output; for types that look at it. */
  readonly prompt: string;
  readonly vars: Readonly<Record<string, unknown>>;
}

const KEYS = ["output", "rubric", "assertion", "label", "score", "prompt", "vars"];
const LABELS: ReadonlyMap<string, boolean> = new Map([["pass", true], ["passed", true], ["true", true], ["yes", true], ["1", true], ["fail", false], ["failed", false], ["false", false], ["no", false], ["0", false]]);

/**
 * Reads outputs with labels: JSONL, an object a line, or CSV, whose further columns are variables. What cannot be
 * read is a problem at its line.
 */
export async function readLabelled(source: SuiteSource, file: string, text: string): Promise<Labelled[]> {
  const rows = extname(file).toLowerCase() === ".csv" ? csvRows(source, file, text) : jsonRows(source, file, text);
  const read: Labelled[] = [];
  for (const row of rows) {
    const labelled = await readRow(source, row);
    if (labelled) read.push(labelled);
  }
  if (read.length === 0 && source.problems.length === 0) source.report("error", "no-labels", "There is no labelled output in this file.", { file, range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } } });
  return read;
}

interface Row {
  readonly values: Readonly<Record<string, unknown>>;
  readonly place: Place;
  readonly location: Location;
}

async function readRow(source: SuiteSource, { values, place, location }: Row): Promise<Labelled | undefined> {
  const { output, rubric, assertion, label, score, prompt, vars } = values;
  const refuse = (message: string): undefined => source.report("error", "bad-label", message, location) as undefined;
  if (output === undefined) return refuse("This line has no output.");
  const said = LABELS.get(String(label).trim().toLowerCase());
  if (said === undefined) return refuse(`The label must be pass or fail, not ${JSON.stringify(label)}.`);
  const number = score === undefined || score === "" ? undefined : Number(score);
  if (number !== undefined && !Number.isFinite(number)) return refuse(`score must be a number, not ${JSON.stringify(score)}.`);
  if ((rubric === undefined) === (assertion === undefined)) return refuse("A line has either a rubric, a text, or an assertion such as {type: factuality, value: …}.");
  const written = rubric === undefined ? (typeof assertion === "string" ? expected(assertion, location) : assertion) : { type: "llm-rubric", value: rubric };
  const before = source.problems.length;
  const [one, ...more] = await readAssertions(source, [written], assertion === undefined || typeof assertion === "string" ? placeAt(location) : { document: { ...place.document, locate: () => place.document.locate(["assertion"]) }, path: [] });
  if (!one || one.kind === "set" || more.length > 0) return source.problems.length > before ? undefined : refuse("An assertion is {type, value, …}; an assert-set cannot be calibrated.");
  return { line: location.range.start.line + 1, output, assertion: one, label: said, score: number, prompt: typeof prompt === "string" ? prompt : "", vars: isRecord(vars) ? vars : {} };
}

/** `type:value`, as in the column `__expected` of a suite's CSV. */
function expected(text: string, location: Location): Record<string, unknown> {
  const { type, value, threshold } = shorthand(text, undefined, undefined, placeAt(location));
  return { type, value, ...(threshold === undefined ? {} : { threshold }) };
}

function jsonRows(source: SuiteSource, file: string, text: string): Row[] {
  return text.split(/\r\n|\n|\r/).flatMap((raw, line) => {
    if (raw.trim() === "") return [];
    const location: Location = { file, range: { start: { line, character: 0 }, end: { line, character: raw.length } } };
    try {
      const values: unknown = JSON.parse(raw);
      if (isRecord(values)) {
        warnOfKeys(source, Object.keys(values), location);
        return [{ values, place: lineOf(location, raw), location }];
      }
      source.report("error", "bad-label", "A line is an object such as {output, rubric, label}.", location);
    } catch (error) {
      source.report("error", "json-syntax", `This line is not JSON: ${error instanceof Error ? error.message : String(error)}`, location);
    }
    return [];
  });
}

function csvRows(source: SuiteSource, file: string, text: string): Row[] {
  const [head, ...body] = readTable(source, file, text, { trim: true });
  return body.map(({ cells, place }) => {
    const named = (head?.cells ?? []).map((name, index) => [name, cells[index] ?? ""] as const);
    const own = named.filter(([name, value]) => KEYS.includes(name) && (value !== "" || name === "output"));
    const vars = named.filter(([name]) => !KEYS.includes(name) && name !== "");
    return { values: { ...Object.fromEntries(own), vars: Object.fromEntries(vars) }, place, location: locationOf(place) };
  });
}

function warnOfKeys(source: SuiteSource, keys: readonly string[], location: Location): void {
  for (const key of keys.filter((name) => !KEYS.includes(name))) source.report("warning", "unknown-key", `${JSON.stringify(key)} is not a key of a labelled output: it is ignored.`, location);
}

/** A line as a document, whose positions are those of its file. */
function lineOf(location: Location, raw: string): Place {
  const { file, range } = location;
  return at({ document: { file, text: raw, value: undefined, problems: [], locate: (path, part) => moved(parseYaml(file, raw).locate(path, part), range.start.line) }, path: [] });
}

function moved(range: Location["range"], line: number): Location["range"] {
  return { start: { ...range.start, line: range.start.line + line }, end: { ...range.end, line: range.end.line + line } };
}
