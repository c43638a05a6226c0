import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../harness/paths.ts";
import type { Command, Row } from "../measure.ts";
import type { Plan } from "../plan.ts";
import type { Promptfoo } from "./promptfoo.ts";

export interface Bench {
  /** For its suites; removed at the end. */
  readonly folder: string;
  readonly plan: Plan;
  readonly promptfoo: Promptfoo;
}

/** What is measured together. */
export type Subject = (bench: Bench) => Promise<Row[]>;

export const NODE = process.execPath;

/** Writes a suite, with files beside it, into a folder of its own, and returns that. */
export function suite(folder: string, text: string, files: Readonly<Record<string, string>> = {}): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries({ "promptfooconfig.yaml": text, ...files })) writeFileSync(join(folder, name), content);
  return folder;
}

/** One command line of the engine. */
export function engine(...args: string[]): Command {
  return { file: NODE, args: [join(root, "dist/engine.js"), ...args] };
}

/** `llmops eval` of the suite in a folder, with nothing known of it from before. */
export function evalAnew(folder: string, ...args: string[]): Command {
  return { ...engine("eval", ...args), cwd: folder, before: () => rmSync(join(folder, ".llmops"), { recursive: true, force: true }) };
}
