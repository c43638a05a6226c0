import type { Entry } from "../../core/experiments/entry.ts";
import { parseEntry } from "../../core/experiments/entry.ts";
import { UsageError } from "../usage.ts";

export interface EntryOptions {
  metric?: string[];
  param?: string[];
  tag?: string[];
  step?: number;
}

/** What `--metric`, `--param`, `--tag` and `--step` say, as one entry. @throws {UsageError} */
export function entryOf({ metric = [], param = [], tag = [], step }: EntryOptions): Entry {
  const metrics = pairs("--metric", metric).map(([name, text]) => [name, numberOrText(text)] as const);
  const entry = { metrics: Object.fromEntries(metrics), params: Object.fromEntries(pairs("--param", param)), tags: Object.fromEntries(pairs("--tag", tag)), step };
  try {
    return parseEntry(JSON.stringify(entry));
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** `name=value`, cut at the first `=`. */
export function pairs(option: string, texts: readonly string[]): [string, string][] {
  return texts.map((text) => {
    const at = text.indexOf("=");
    if (at < 1) throw new UsageError(`${option} takes NAME=VALUE, not ${JSON.stringify(text)}.`);
    return [text.slice(0, at), text.slice(at + 1)];
  });
}

function numberOrText(text: string): number | string {
  const value = text.trim() === "" ? NaN : Number(text);
  return Number.isFinite(value) ? value : text;
}
