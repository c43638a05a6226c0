import { extname } from "node:path";
import { relativePosix } from "../../config/settings.ts";
import type { Prompt } from "../model.ts";
import { isPromptCode, promptOfCode, promptOfProgram, withoutFunction } from "./promptCode.ts";
import { type Found, promptsOfFile } from "./promptFiles.ts";
import { at, isGlob, isRecord, locationOf, type Place, type SuiteSource, withoutScheme } from "./source.ts";

const TEXT_FILES = new Set([".txt", ".md", ".j2", ".json", ".yaml", ".yml", ".jsonl", ".csv", ".prompty", ".prompt"]);

/** The prompts of a suite, in promptfoo's order; what is listed twice counts once. */
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
      if (typeof item === "string" && list.indexOf(item) < index) continue;
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
  if (!(await isPath(source, text))) return [{ template: text, location: locationOf(place, options.part), label: options.label, config: options.config }];
  if (text.startsWith("exec:")) return promptOfProgram(source, text.slice("exec:".length), place, options);
  const path = withoutScheme(text);
  const { path: pattern, name } = withoutFunction(path);
  if (!isGlob(pattern)) return ofFile(source, path, place, options);
  const files = await source.glob(pattern);
  if (files.length === 0) source.report("error", "missing-file", `${pattern} matches no file.`, place);
  const lists = await Promise.all(files.map((match) => ofFile(source, name === undefined ? match : `${match}:${name}`, place, options)));
  return lists.flat();
}

function ofFile(source: SuiteSource, path: string, place: Place, options: { label?: string; config?: Record<string, unknown> }): Promise<Found[]> {
  return isPromptCode(path) ? promptOfCode(source, path, place, { label: options.label, config: options.config }) : promptsOfFile(source, path, place, options);
}

/**
 * promptfoo's rule for a one-line prompt: what has a known extension, a slash or a star is a path. It
 * takes some sentences for one too (`Say hello to Mr. X`), and stops; here the file decides on those.
 */
async function isPath(source: SuiteSource, text: string): Promise<boolean> {
  if (text.includes("\n")) return false;
  if (/^(file:\/\/|exec:)/.test(text)) return true;
  const looksLikeOne = TEXT_FILES.has(extname(text).toLowerCase()) || isPromptCode(text) || /[*/\\]/.test(text);
  if (!/\s|\{\{/.test(text.trim())) return looksLikeOne;
  return (looksLikeOne || /\..{2,3}$/.test(text)) && source.exists(text);
}

/** Gives each prompt its identity: its label, else `path#index`. */
function identified(source: SuiteSource, found: readonly Found[]): Prompt[] {
  const prompts: Prompt[] = [];
  const inFile = new Map<string, number>();
  for (const { template, location, label, config, ...own } of found) {
    const path = relativePosix(source.root, location.file);
    const index = inFile.get(path) ?? 0;
    inFile.set(path, index + 1);
    const number = `${path}#${index}`;
    const taken = label !== undefined && prompts.some((prompt) => prompt.key === label);
    prompts.push({ key: label === undefined || taken ? number : label, label: label ?? (index === 0 ? path : number), template, config: config ?? {}, location, ...own });
  }
  return prompts;
}
