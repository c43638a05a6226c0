import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../../harness/command.ts";
import { cacheDirectory } from "../../harness/paths.ts";
import { write } from "../../unit/cli/support.ts";
import { ENGINE, ENV } from "../../unit/engine.ts";
import { promptfooEnv } from "./install.ts";

/** A suite that both sides run. */
export interface Example {
  /** `promptfooconfig.yaml`; an object is written as JSON, which is YAML too. */
  readonly config: string | object;
  /** Other files beside it. In them and in the suite `ENDPOINT` stands for the endpoint's address, `HOSTPORT` for its host. */
  readonly files?: Readonly<Record<string, string>>;
  /** Files that are made executable. */
  readonly executable?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /**
   * The sides differ, and are meant to: a piece of `docs/promptfoo-differences.md` that says why. A difference that is
   * gone fails the test.
   */
  readonly differs?: string;
}

/** What decides a row, and what it is told from others by. */
export interface Row {
  readonly vars: Readonly<Record<string, unknown>>;
  readonly prompt: string;
  /** Position of its prompt and provider among the columns. */
  readonly column: number;
  readonly success: boolean;
  readonly score: number;
  readonly error: boolean;
  readonly output: unknown;
  readonly metrics: Readonly<Record<string, number>>;
}

/** The rows in promptfoo's order, and the metrics of each column; or what the side said when it refused the suite. */
export type Outcome = { readonly rows: readonly Row[]; readonly columns: readonly Readonly<Record<string, number>>[] } | { readonly refused: string };

interface Written {
  readonly success: boolean;
  readonly score: number;
  readonly failureReason: number;
  readonly vars: Record<string, unknown>;
  readonly prompt: { readonly raw: string };
  readonly response?: { readonly output?: unknown };
  readonly namedScores?: Record<string, number>;
  readonly testIdx: number;
  readonly promptIdx: number;
}

/** promptfoo's `failureReason`. */
const ERROR = 2;
/** Our exit code for a mistake in the suite; promptfoo writes no results when it stops. */
const REFUSED = 2;
const TIMEOUT_MS = 50_000;
/** Of the outcomes that are kept: to be raised when `Outcome` changes. */
const FORMAT = 2;

/** Runs one command line in a new folder with the example's files and reads the results that it wrote. */
async function run(example: Example, endpoint: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "llmops-interop-"));
  try {
    const config = typeof example.config === "string" ? example.config : JSON.stringify(example.config, null, 2);
    const files = { "promptfooconfig.yaml": config, ...example.files };
    write(folder, Object.fromEntries(Object.entries(files).map(([path, text]) => [path, text.replaceAll("ENDPOINT", endpoint).replaceAll("HOSTPORT", new URL(endpoint).host)])));
    for (const path of example.executable ?? []) chmodSync(join(folder, path), 0o755);
    const { code, output } = await runCommand(process.execPath, [...args, "eval", "-c", "promptfooconfig.yaml", "-o", "out.json", "--no-cache"], { cwd: folder, env: { ...ENV, ...env, ...example.env } as Record<string, string>, timeoutMs: TIMEOUT_MS, capture: true });
    return code === REFUSED ? { refused: output } : outcomeOf(join(folder, "out.json"), output);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function outcomeOf(file: string, output: string): Outcome {
  let written: { results: { results: Written[]; prompts: { metrics?: { namedScores?: Record<string, number> } }[] } };
  try {
    written = JSON.parse(readFileSync(file, "utf8")) as typeof written;
  } catch {
    return { refused: output };
  }
  const { results, prompts } = written.results;
  const rows = [...results].sort((a, b) => a.testIdx - b.testIdx || a.promptIdx - b.promptIdx);
  return {
    rows: rows.map(({ success, score, failureReason, vars, prompt, promptIdx, response, namedScores }) => ({
      vars,
      prompt: prompt.raw,
      column: promptIdx,
      success,
      score,
      error: failureReason === ERROR,
      output: response?.output ?? null,
      metrics: namedScores ?? {},
    })),
    columns: prompts.map(({ metrics }) => metrics?.namedScores ?? {}),
  };
}

/** This product: the engine as it is built. */
export function runOurs(example: Example, endpoint: string): Promise<Outcome> {
  return run(example, endpoint, [ENGINE], {});
}

/** Databases of promptfoo that no run is using: two processes must not share one, and a new one takes a second. */
const free: string[] = [];

/**
 * promptfoo itself. It takes two seconds a suite: on a person's machine what it made of the very same suite is kept;
 * in continuous integration it always runs.
 */
export async function runPromptfoo(example: Example, endpoint: string, entry: string): Promise<Outcome> {
  if (process.env.CI) return askPromptfoo(example, endpoint, entry);
  const folder = join(cacheDirectory(), "promptfoo-outcomes");
  const { differs: _, ...asked } = example;
  const answers = readFileSync(join(import.meta.dirname, "endpoint.ts"), "utf8");
  const file = join(folder, `${createHash("sha256").update(JSON.stringify([FORMAT, asked, answers])).digest("hex").slice(0, 24)}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8").replaceAll("ENDPOINT", endpoint)) as Outcome;
  const outcome = await askPromptfoo(example, endpoint, entry);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, JSON.stringify(outcome).replaceAll(endpoint, "ENDPOINT"));
  return outcome;
}

async function askPromptfoo(example: Example, endpoint: string, entry: string): Promise<Outcome> {
  const home = free.pop() ?? mkdtempSync(join(tmpdir(), "llmops-promptfoo-"));
  try {
    return await run(example, endpoint, [entry], { ...promptfooEnv(home), NODE_COMPILE_CACHE: join(cacheDirectory(), "promptfoo-compiled") });
  } finally {
    free.push(home);
  }
}

export function removeDatabases(): void {
  for (const home of free.splice(0)) rmSync(home, { recursive: true, force: true, maxRetries: 3 });
}
