import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { type LoadedConfig, loadConfig } from "../../../src/core/config/load.ts";
import type { LlmopsConfig } from "../../../src/core/config/schema.ts";
import type { Snapshot } from "../../../src/core/config/snapshot.ts";

export const ROOT = resolve("/project");

/** A workspace that holds one `llmops.yaml`, or nothing. */
export function load(text: string | undefined): Promise<LoadedConfig> {
  const file = join(ROOT, "llmops.yaml");
  const snapshot: Snapshot = { read: async (path) => (path === file ? text : undefined), glob: async () => [] };
  return loadConfig({ snapshot, root: ROOT });
}

export async function valid(text: string): Promise<LlmopsConfig> {
  const { config, problems } = await load(text);
  assert.deepEqual(problems.filter(({ severity }) => severity !== "information"), []);
  assert.ok(config);
  return config;
}

/** Each problem as `code@line:column-column message`, one-based, with the marked text. */
export async function mistakes(text: string): Promise<{ code: string; severity: string; at: string; marked: string; message: string }[]> {
  const { problems } = await load(text);
  const lines = text.split(/\r?\n/);
  return problems.map(({ code, severity, message, location: { range } }) => {
    const line = lines[range.start.line] ?? "";
    const marked = range.start.line === range.end.line ? line.slice(range.start.character, range.end.character) : `${line.slice(range.start.character)}…`;
    return { code, severity, at: `${range.start.line + 1}:${range.start.character + 1}`, marked, message };
  });
}

/** The only mistake of a text. */
export async function mistake(text: string) {
  const all = await mistakes(text);
  assert.equal(all.length, 1, JSON.stringify(all, undefined, 1));
  return all[0]!;
}
