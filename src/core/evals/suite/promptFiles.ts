import { basename, extname } from "node:path";
import { LineIndex } from "../../config/positions.ts";
import { parseYaml } from "../../config/yaml.ts";
import { readPromptFile } from "../../prompts/formats/formats.ts";
import type { PromptFile } from "../../prompts/formats/promptFile.ts";
import type { Location } from "../../problem.ts";
import type { Prompt } from "../model.ts";
import { withFiles } from "./references.ts";
import { locationOf, type Place, type SuiteSource } from "./source.ts";
import { readTable } from "./table.ts";

/** A prompt before it has its identity. */
export interface Found extends Pick<Prompt, "template" | "code" | "location" | "dialect" | "defaults"> {
  readonly label?: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** What a suite says of a prompt beside its path. */
interface Naming {
  readonly label?: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** The prompts of a file, by what its name says it is. */
export async function promptsOfFile(source: SuiteSource, path: string, place: Place, options: Naming): Promise<Found[]> {
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
  const own = readPromptFile(file, text, source.env);
  if (own) return [ofOwnFormat(source, own, part, options)];
  // A text file or Markdown drops the prompt's configuration, as promptfoo does.
  switch (extname(file).toLowerCase()) {
    case ".txt":
      return parts(text).map(slice).map((part) => ({ ...part, template: part.template.replaceAll("\r\n", "\n") }));
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
      const isJson = extname(file).toLowerCase() === ".json";
      if (document.value === undefined || document.problems.length > 0) return [{ ...whole, template: text, config }];
      const value = await withFiles(source, document.value, { document, path: [] });
      return [{ ...whole, template: isJson && value === document.value ? text : JSON.stringify(value), config }];
    }
    default:
      return [{ ...whole, config }];
  }
}

/** A prompt in a format of its own; what the suite says of it wins over the file's own parameters. */
function ofOwnFormat(source: SuiteSource, file: PromptFile, part: (start: number, end: number) => Location, { label, config }: Naming): Found {
  source.problems.push(...file.problems);
  const [first, last] = [file.messages[0], file.messages.at(-1)];
  const asWritten = file.dialect === "dotprompt" || file.dialect === "copilot";
  return {
    template: asWritten ? (first?.content ?? "") : JSON.stringify(file.messages.map(({ role, content }) => ({ role, content }))),
    dialect: file.dialect,
    defaults: file.defaults,
    location: part(first?.start ?? 0, last?.end ?? 0),
    label: label ?? file.name,
    config: { ...file.parameters, ...config },
  };
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
function csvPrompts(source: SuiteSource, file: string, text: string, options: Naming, slice: (part: { start: number; end: number }) => Found): Found[] {
  if (!text.includes(",")) {
    const found = lines(text).map((line) => ({ ...slice(line), config: options.config }));
    return /^prompt$/i.test(found[0]?.template.trim() ?? "") ? found.slice(1) : found;
  }
  const [head, ...rows] = readTable(source, file, text);
  if (!head) return [];
  const [prompt, label] = [head.cells.indexOf("prompt"), head.cells.indexOf("label")];
  if (prompt < 0) source.report("error", "no-prompts", `${basename(file)} has no column "prompt".`, head.place);
  return rows.flatMap(({ cells, place }) => (cells[prompt] ? [{ template: cells[prompt], label: cells[label] || options.label, config: options.config, location: locationOf(place) }] : []));
}
