import { parse } from "csv-parse/sync";
import { readTests, type SuiteText } from "./suiteText.ts";
import { child, treeOf } from "./yamlNodes.ts";
import type { Definition } from "./suiteText.ts";

/** Lines of a data file that are looked at: they show what the variables are, and hovers show three. */
const LINES = 200;
const SHOWN_ROWS = 3;
const NOTHING: SuiteText = { references: [], regions: [], variables: [], cases: [], dynamic: false, filters: [], usesInCode: new Set(), metrics: [], providers: [] };

/** The variables that a file of tests defines. */
export function readData(file: string, text: string): SuiteText {
  if (/\.csv$/i.test(file)) return readCsvHead(text);
  if (/\.jsonl$/i.test(file)) return readJsonLines(text);
  const tree = treeOf(text);
  return readTests(text, tree?.kind === "map" ? (child(tree, "tests") ?? tree) : tree);
}

/** Of a table, the head: its columns are the variables. */
function readCsvHead(text: string): SuiteText {
  const columns = headCells(text);
  const rows = firstRows(text);
  const variables: Definition[] = columns.flatMap(({ name, start, end }, column) => (name === "" || name.startsWith("__") ? [] : [{ name, start, end, values: rows.flatMap((row) => row[column] ?? []), every: true }]));
  const expectations = columns.some(({ name }) => name.startsWith("__expected")) ? text : "";
  return { ...NOTHING, variables, usesInCode: namesIn(expectations) };
}

/** The cells of the first record with their places; of a quoted one, what stands in the quotes. */
export function headCells(text: string): { name: string; start: number; end: number }[] {
  const cells: { name: string; start: number; end: number }[] = [];
  const cell = /[ \t]*(?:"((?:[^"]|"")*)"|([^,\r\n"]*))[ \t]*(,|\r\n|\n|\r|$)/gy;
  cell.lastIndex = /^(?:[ \t]*(?:\r\n|\n|\r))*/.exec(text)?.[0].length ?? 0;
  for (;;) {
    const match = cell.exec(text);
    if (!match) return cells;
    const [whole, quoted, plain = "", end] = match;
    const name = (quoted?.replaceAll('""', '"') ?? plain).trim();
    const start = match.index + whole.indexOf(quoted === undefined ? plain.trim() : quoted);
    cells.push({ name, start, end: start + (quoted === undefined ? plain.trim() : quoted).length });
    if (end !== ",") return cells;
  }
}

function firstRows(text: string): string[][] {
  try {
    return (parse(text.slice(0, 100_000), { relax_column_count: true, relax_quotes: true, trim: true, from: 2, to: SHOWN_ROWS + 1 }) as string[][]).slice(0, SHOWN_ROWS);
  } catch {
    return [];
  }
}

/** A line each: keys of `vars`. @param lines at most so many; a rename looks at all. */
export function readJsonLines(text: string, lines = LINES): SuiteText {
  const [variables, cases, uses]: [Definition[], { start: number; end: number }[], string[]] = [[], [], []];
  let at = 0;
  for (const line of text.split(/(?<=\n|\r(?!\n))/, lines === Infinity ? undefined : lines)) {
    const one = line.trim() === "" ? undefined : readTests(line, treeOf(line));
    for (const variable of one?.variables ?? []) variables.push({ ...variable, start: variable.start + at, end: variable.end + at, case: cases.length });
    for (const test of one?.cases ?? []) cases.push({ start: test.start + at, end: test.end + at });
    uses.push(...(one?.usesInCode ?? []));
    at += line.length;
  }
  return { ...NOTHING, variables, cases, usesInCode: new Set(uses) };
}

/** Names that a text may use as variables, wherever they stand. */
export function namesIn(text: string): Set<string> {
  return new Set([...text.matchAll(/\{\{[^}]*\}\}|\{%[^%]*%\}|\bvars\b\??(?:\.\w+|\[[^\]]*\])/g)].flatMap(([piece]) => piece.match(/[A-Za-z_]\w*/g) ?? []));
}
