import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Milliseconds after which a process is an error. */
const TIMEOUT_MS = 15 * 60_000;

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Runs before each measurement, uncounted. */
  readonly before?: () => void;
}

/** Milliseconds of a whole process, from spawn to exit; median over `runs`, after one uncounted to warm up if there are several. */
export async function wholeProcess(command: Command, runs = 7): Promise<number> {
  const times: number[] = [];
  for (let run = runs > 1 ? -1 : 0; run < runs; run++) {
    command.before?.();
    const ms = await once(command);
    if (run >= 0) times.push(ms);
  }
  return median(times);
}

/** One run of a Node script: milliseconds, and the largest resident set of its process in MiB, by the system's own accounting. */
export async function timeAndPeak(command: Command): Promise<{ ms: number; peak: number }> {
  const folder = mkdtempSync(join(tmpdir(), "llmops-bench-"));
  try {
    const file = join(folder, "peak");
    command.before?.();
    const ms = await once({ ...command, args: ["--require", join(import.meta.dirname, "peak.cjs"), ...command.args], env: { ...command.env, BENCH_PEAK: file } });
    return { ms, peak: Number(readFileSync(file, "utf8")) / 1024 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function once({ file, args, cwd, env }: Command): Promise<number> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(file, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "ignore", "pipe"], timeout: TIMEOUT_MS });
    let complaint = "";
    child.stderr.on("data", (chunk: Buffer) => (complaint += String(chunk)));
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      // Failing cases are a result too: 1 and 100 are verdicts, 2 and 3 are not.
      if (code === 0 || code === 1 || code === 100) resolve(performance.now() - started);
      else reject(new Error(`${file} ${args.join(" ")} ended with ${code ?? signal}: ${complaint}`));
    });
  });
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

export interface Row {
  readonly what: string;
  readonly value: string;
  readonly peer: string;
  /** What has no limit stands there to be compared. */
  readonly limit?: string;
  /** How much of its limit is used: 1 is at the limit. */
  readonly ratio?: number;
}

/** A Markdown table; a row over its limit is marked. */
export function table(rows: readonly Row[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(["what", "measured", "beside", "limit", "of the limit"]),
    line(["---", "---", "---", "---", "---"]),
    ...rows.map(({ what, value, peer, ratio, limit }) => line([what, value, peer, limit ?? "–", ratio === undefined ? "–" : `${Math.round(ratio * 100)} %${ratio > 1 ? " ✗" : ""}`])),
  ].join("\n");
}

/** A duration as people read it: `4.2 ms`, `128 ms`, `9.3 s`. */
export function ms(value: number): string {
  if (value >= 2000) return `${(value / 1000).toFixed(1)} s`;
  return value < 10 ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`;
}
