import { parseYaml, type Path } from "../../config/yaml.ts";
import type { Location, Range } from "../../problem.ts";
import type { SuiteSource } from "./source.ts";

const LINE_END = /\r\n|\n|\r/;

interface Place {
  /** Leads to the part of a JSON prompt that the line is counted in. */
  readonly path: Path;
  readonly line: number;
  readonly character: number;
}

/**
 * Where a place in a prompt's text stands in the file that the prompt was read from. Escapes and folded
 * lines of YAML are not the text's own: where its line is not found as it is, the whole is meant.
 */
export function placeIn(source: SuiteSource, location: Location, template: string, { path, line, character }: Place): Location {
  const { file } = location;
  const text = source.files.get(file) ?? "";
  const range = path.length === 0 ? location.range : partOf(location, text, path);
  const wanted = (path.length === 0 ? template : String(valueAt(template, path))).split(LINE_END)[line];
  const found = wanted ? (text.split(LINE_END)[range.start.line + line]?.indexOf(wanted, line === 0 ? range.start.character : 0) ?? -1) : -1;
  if (found < 0) return { file, range };
  const start = { line: range.start.line + line, character: found + character };
  return { file, range: { start, end: { ...start, character: start.character + 1 } } };
}

/** A part of a prompt that is a whole JSON or YAML file; of others only the prompt itself is known. */
function partOf({ file, range }: Location, text: string, path: Path): Range {
  const isWhole = /\.(json|ya?ml)$/i.test(file) && range.start.line === 0 && range.start.character === 0;
  return isWhole ? parseYaml(file, text).locate(path) : range;
}

function valueAt(json: string, path: Path): unknown {
  return path.reduce<unknown>((value, step) => (value as Record<string, unknown>)[step], JSON.parse(json));
}
