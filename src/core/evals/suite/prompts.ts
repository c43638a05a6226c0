import { basename, extname } from "node:path";
import { LineIndex } from "../../config/positions.ts";
import { relativePosix } from "../../config/settings.ts";
import { parseYaml } from "../../config/yaml.ts";
import type { Location } from "../../problem.ts";
import type { Prompt } from "../model.ts";
import { at, isGlob, isRecord, locationOf, type Place, type SuiteSource, withoutScheme } from "./source.ts";
import { readTable } from "./table.ts";

const TEXT_FILES = new Set([".txt", ".md", ".j2", ".json", ".yaml", ".yml", ".jsonl", ".csv"]);
const CODE_FILES = new Set([".js", ".cjs", ".mjs", ".ts", ".cts", ".mts", ".py", ".rb", ".sh", ".exe", ".bat"]);

interface Found {
  readonly template: string;
  readonly location: Location;
  readonly label?: string;
  readonly config?: Record<string, unknown>;
}

/** The prompts of a suite, in promptfoo's order; equal texts count once. */
export async function readPrompts(source: SuiteSource, value: unknown, place: Place): Promise<Prompt[]> {
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) {
    source.report("error", "no-prompts", "This suite has no prompts. Add e.g. prompts: [file://prompt.txt].", value === undefined ? { document: place.document, path: [] } : place);
    return [];
  }
  const found: Found[] = [];
  if (isRecord(value) && value["id"] === undefined && value["raw"] === undefined) {
    for (const [path, label] of Object.entries(value)) found.push(...(await one(source, path, at(place, path), { label: typeof label === "string" ? label : undefined, part: "key" })));
  } else {
    const list = Array.isArray(value) ? value : [value];
    for (const [index, item] of list.entries()) {
      const here = Array.isArray(value) ? at(place, index) : place;
      if (typeof item === "string") found.push(...(await one(source, item, here, {})));
      else if (isRecord(item)) found.push(...(await object(source, item, here)));
      else source.report("error", "bad-prompt", "A prompt is a text, a file://path, or {id, label}.", here);
    }
  }
  return identified(source, found);
}

async function object(source: SuiteSource, item: Record<string, unknown>, place: Place): Promise<Found[]> {
  const label = typeof item["label"] === "string" ? item["label"] : undefined;
  const config = isRecord(item["config"]) ? item["config"] : undefined;
  if (typeof item["raw"] === "string") return one(source, item["raw"], at(place, "raw"), { label, config });
  if (typeof item["id"] === "string") return one(source, item["id"], at(place, "id"), { label, config });
  source.report("error", "bad-prompt", "This prompt needs an id (a file://path) or raw (its text).", place);
  return [];
}

async function one(source: SuiteSource, text: string, place: Place, options: { label?: string; config?: Record<string, unknown>; part?: "key" }): Promise<Found[]> {
  if (!(await isPath(source, text, place))) return [{ template: text, location: locationOf(place, options.part), label: options.label, config: options.config }];
  const path = withoutScheme(text);
  const [, file = path, fn] = /^(.*\.(?:[cm]?[jt]s|py))(?::(\w+))?$/.exec(path) ?? [];
  if (fn !== undefined || CODE_FILES.has(extname(file).toLowerCase()) || text.startsWith("exec:")) {
    source.notYet("Prompts made by code", place, "value");
    return [];
  }
  if (isGlob(path)) {
    const files = await source.glob(path, place);
    if (files.length === 0) source.report("error", "missing-file", `${path} matches no file.`, place);
    const lists = await Promise.all(files.map((match) => fromFile(source, match, place, options)));
    return lists.flat();
  }
  return fromFile(source, path, place, options);
}

/**
 * promptfoo's rule for a one-line prompt: what has a known extension, a slash or a star is a path. It
 * takes some sentences for one too (`Say hello to Mr. X`), and stops; here the file decides on those.
 */
async function isPath(source: SuiteSource, text: string, place: Place): Promise<boolean> {
  if (text.includes("\n")) return false;
  if (/^(file:\/\/|exec:)/.test(text)) return true;
  const extension = extname(text.split(":")[0] ?? "").toLowerCase();
  const looksLikeOne = TEXT_FILES.has(extension) || CODE_FILES.has(extension) || /[*/\\]/.test(text);
  if (!/\s|\{\{/.test(text.trim())) return looksLikeOne;
  return (looksLikeOne || /\..{2,3}$/.test(text)) && source.exists(text, place);
}

async function fromFile(source: SuiteSource, path: string, place: Place, options: { label?: string; config?: Record<string, unknown> }): Promise<Found[]> {
  const read = await source.read(path, place);
  if (!read) return [];
  const { file, text } = read;
  const index = new LineIndex(text);
  const part = (start: number, end: number): Location => ({ file, range: index.range(start, end) });
  const { label, config } = options;
  const slice = ({ start, end }: { start: number; end: number }) => ({ template: text.slice(start, end), location: part(start, end), label });
  const whole = slice({ start: 0, end: text.length });
  if (text.trim() === "") {
    source.report("error", "empty-prompt", `${basename(file)} is empty: there is no prompt in it.`, place);
    return [];
  }
  // A text file or Markdown drops the prompt's configuration, as promptfoo does.
  switch (extname(file).toLowerCase()) {
    case ".txt":
      return parts(text).map(slice);
    case ".md":
      return [whole];
    case ".jsonl":
      return lines(text).map((line) => ({ ...slice(line), config }));
    case ".csv":
      return csvPrompts(source, file, text, options, slice);
    case ".json":
    case ".yaml":
    case ".yml": {
      // A file that becomes JSON or YAML only when it is filled in need not be it before.
      const document = /\{[{%]/.test(text) ? parseYaml(file, text) : source.parsed(file, text);
      if (document.problems.length > 0 && !/\{[{%]/.test(text)) return [];
      const template = extname(file).toLowerCase() === ".json" || document.value === undefined ? text : JSON.stringify(document.value);
      return [{ ...whole, template, config }];
    }
    default:
      return [{ ...whole, config }];
  }
}

/** The prompts of a text file: split at lines that are `---`, each trimmed. */
function parts(text: string): { start: number; end: number }[] {
  const bounds = [...text.matchAll(/^---[ \t]*\r?$/gm)];
  const cuts = [{ start: 0, end: 0 }, ...bounds.map((match) => ({ start: match.index, end: match.index + match[0].length }))];
  return cuts
    .map((cut, i) => {
      const from = cut.end;
      const to = cuts[i + 1]?.start ?? text.length;
      const slice = text.slice(from, to);
      return { start: from + slice.length - slice.trimStart().length, end: from + slice.trimEnd().length };
    })
    .filter(({ start, end }) => end > start);
}

function lines(text: string): { start: number; end: number }[] {
  return [...text.matchAll(/[^\r\n]+/g)].filter((match) => match[0].trim() !== "").map((match) => ({ start: match.index, end: match.index + match[0].length }));
}

/** A file without commas has a prompt a line, as promptfoo reads it. */
function csvPrompts(source: SuiteSource, file: string, text: string, options: { label?: string; config?: Record<string, unknown> }, slice: (part: { start: number; end: number }) => Found): Found[] {
  if (!text.includes(",")) {
    const found = lines(text).map((line) => ({ ...slice(line), config: options.config }));
    return /^prompt$/i.test(found[0]?.template.trim() ?? "") ? found.slice(1) : found;
  }
  const [head, ...rows] = readTable(source, file, text);
  if (!head) return [];
  const [prompt, label] = [head.cells.indexOf("prompt"), head.cells.indexOf("label")];
  if (prompt < 0) source.report("error", "no-prompts", `${basename(file)} has no column "prompt".`, head.location());
  return rows.flatMap(({ cells, location }) => (cells[prompt] ? [{ template: cells[prompt], label: cells[label] || options.label, config: options.config, location: location() }] : []));
}

/** Gives each prompt its identity: its label, else `path#index`. */
function identified(source: SuiteSource, found: readonly Found[]): Prompt[] {
  const prompts: Prompt[] = [];
  const seen = new Set<string>();
  const inFile = new Map<string, number>();
  for (const { template, location, label, config } of found) {
    const same = JSON.stringify([label, template]);
    if (seen.has(same)) continue;
    seen.add(same);
    const path = relativePosix(source.root, location.file);
    const index = inFile.get(path) ?? 0;
    inFile.set(path, index + 1);
    const number = `${path}#${index}`;
    const taken = label !== undefined && prompts.some((prompt) => prompt.key === label);
    prompts.push({ key: label === undefined || taken ? number : label, label: label ?? (index === 0 ? path : number), template, config: config ?? {}, location });
  }
  return prompts;
}
