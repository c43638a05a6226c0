import { join } from "node:path";
import { type Location, type Problem, type Range, START } from "../problem.ts";
import type { Finding } from "./checks.ts";
import { CONFIG_FILE } from "./root.ts";
import type { LlmopsConfig } from "./schema.ts";
import { type Snapshot, SnapshotError } from "./snapshot.ts";
import { parseYaml, type Path, type YamlDocument } from "./yaml.ts";

export interface LoadedConfig {
  /** Absolute path where `llmops.yaml` is, or would be. */
  readonly file: string;
  /** `undefined` where there is no file (then the defaults hold), and where `problems` has an error (then nothing may run). */
  readonly config: LlmopsConfig | undefined;
  readonly document: YamlDocument | undefined;
  readonly problems: readonly Problem[];
  /** The place of a node of the file, of its nearest ancestor where it is not written. */
  locate(path: Path, part?: "value" | "key"): Location;
}

/** Reads and checks `llmops.yaml` in `root`, an absolute folder. Every mistake in it is a problem at its place. */
export async function loadConfig({ snapshot, root }: { snapshot: Snapshot; root: string }): Promise<LoadedConfig> {
  const file = join(root, CONFIG_FILE);
  const start: Location = { file, range: START };
  let text: string | undefined;
  try {
    text = await snapshot.read(file);
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error;
    const problem: Problem = { severity: "error", code: "config-unreadable", message: `${CONFIG_FILE} cannot be read: ${error.message}`, location: start };
    return { file, config: undefined, document: undefined, problems: [problem], locate: () => start };
  }
  if (text === undefined) return { file, config: undefined, document: undefined, problems: [], locate: () => start };

  const document = parseYaml(file, text);
  const locate = (path: Path, part: "value" | "key" = "value"): Location => ({ file, range: document.locate(path, part) });
  if (document.problems.some(({ severity }) => severity === "error")) {
    return { file, config: undefined, document, problems: document.problems.map((problem) => withHint(problem, text)), locate };
  }

  const { config, findings } = await check(document.value);
  const problems = findings.map(({ severity, code, message, path, part }): Problem => {
    const range = firstLine(path.length === 0 ? WHOLE_FILE : document.locate(path, keyed(path, part)), text);
    return { severity, code, message, location: { file, range } };
  });
  return { file, config, document, problems: [...document.problems, ...problems], locate };
}

/** Checks a parsed `llmops.yaml`. Loaded on need: zod is half a megabyte. */
async function check(value: unknown): Promise<{ config: LlmopsConfig | undefined; findings: readonly Finding[] }> {
  const [{ llmopsSchema }, { findingsOf, unknownKeys }, { checkConfig }] = await Promise.all([import("./schema.ts"), import("./issues.ts"), import("./checks.ts")]);
  const root = value ?? {};
  const result = llmopsSchema.safeParse(root, { error: unknownKeys });
  if (!result.success) return { config: undefined, findings: findingsOf(result.error.issues, root) };
  const findings = checkConfig(result.data);
  return { config: findings.some(({ severity }) => severity === "error") ? undefined : result.data, findings };
}

const WHOLE_FILE: Range = { start: START.start, end: { line: Number.MAX_SAFE_INTEGER, character: 0 } };

/** An item of a list has no key: its value is marked. */
function keyed(path: Path, part: "value" | "key"): "value" | "key" {
  return typeof path.at(-1) === "string" ? part : "value";
}

/** A mark over a whole block of YAML helps nobody: its first line is enough. */
function firstLine(range: Range, text: string): Range {
  const { start, end } = range;
  const line = text.split(/\r\n|\n|\r/, start.line + 1)[start.line] ?? "";
  const last = Math.max(start.character, line.trimEnd().length);
  return { start, end: end.line === start.line && end.character <= last ? end : { line: start.line, character: last } };
}

const BARE_REFERENCE = /[{,][^"'#]*[:,[]\s*(\$\{secret:|\{\{)/;

/** `{ apiKey: ${secret:X} }` is what people write, and not YAML: the syntax error alone does not say why. */
function withHint(problem: Problem, text: string): Problem {
  const lines = text.split(/\r\n|\n|\r/);
  const { line } = problem.location.range.start;
  const bare = [line, line - 1].some((at) => BARE_REFERENCE.test(lines[at] ?? ""));
  return bare ? { ...problem, message: `${problem.message} Inside braces a reference must be quoted: "\${secret:NAME}".` } : problem;
}
