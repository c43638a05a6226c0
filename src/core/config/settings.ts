import { relative, sep } from "node:path";
import picomatch from "picomatch";
import { DEFAULT_ON_SAVE, type OnSaveBudget } from "./budget.ts";
import type { Gate } from "./gates.ts";
import type { InstructionsConfig, LlmopsConfig } from "./schema.ts";

export interface SuiteSettings {
  /** Name of the endpoint that replaces the suite's providers; `undefined`: its own are used. */
  readonly endpoint: string | undefined;
  /** Name of the endpoint that judges; `undefined`: `endpoint` does. */
  readonly judge?: string;
  /** `undefined`: as the suite itself says. */
  readonly repeat: number | undefined;
  /** `undefined`: `defaultGates(caseCount)`; an empty list: none. */
  readonly gates: readonly Gate[] | undefined;
  /** Which instructions are checked; `undefined`: those that the prompts give. */
  readonly instructions?: InstructionsConfig;
  /** `false`: answers are not moderated. */
  readonly toxicity?: boolean;
  /** Globs, relative to the root. */
  readonly affects: readonly string[];
  /** Index in `suites`, to find its place in the file; `undefined`: no entry matches. */
  readonly entry: number | undefined;
}

const NONE: SuiteSettings = { endpoint: undefined, repeat: undefined, gates: undefined, affects: [], entry: undefined };

/** The settings of one suite file (absolute path): those of the first entry of `suites` that matches it. */
export function suiteSettings(config: LlmopsConfig | undefined, root: string, suiteFile: string): SuiteSettings {
  const suites = config?.suites ?? [];
  const path = relativePosix(root, suiteFile);
  const entry = suites.findIndex((suite) => matchesSuite(suite.path, path));
  const found = suites[entry];
  if (!found) return NONE;
  const { endpoint, judge, repeat, gate: gates, instructions, toxicity, affects = [] } = found;
  return { endpoint, ...(judge === undefined ? {} : { judge }), repeat, gates, ...(instructions === undefined ? {} : { instructions }), ...(toxicity === undefined ? {} : { toxicity }), affects, entry };
}

export function onSaveBudget(config: LlmopsConfig | undefined): OnSaveBudget {
  return config?.onSave ?? DEFAULT_ON_SAVE;
}

/** Whether a path (relative to the root, `/` separators) is one of the suites a `path:` stands for: files, or folders of them. */
export function matchesSuite(glob: string, path: string): boolean {
  const plain = glob.replace(/^(\.\/)+/, "").replace(/\/$/, "");
  const folder = plain === "" || plain === "." ? "" : `${plain}/`;
  return matchesAny([plain, `${folder}promptfooconfig*.{yaml,yml,json}`, `${folder}*.prompt.{yml,yaml}`], path);
}

/** Whether a path (relative to the root, `/` separators) matches one of the globs. */
export function matchesAny(globs: readonly string[], path: string): boolean {
  const patterns = globs.map((glob) => glob.replace(/^(\.\/)+/, "")).filter((glob) => glob !== "");
  return patterns.length > 0 && picomatch.isMatch(path, patterns, { dot: true });
}

/** A file's path from the root, with `/` on every platform; the form in which suites are named. */
export function relativePosix(root: string, file: string): string {
  return relative(root, file).split(sep).join("/");
}
