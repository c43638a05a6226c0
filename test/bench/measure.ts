import { spawn } from "node:child_process";

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Runs before each measurement, uncounted. */
  readonly before?: () => void;
}

/** Milliseconds of a whole process, from spawn to exit; median over `runs`, after one warm-up. */
export async function wholeProcess(command: Command, runs = 7): Promise<number> {
  const times: number[] = [];
  for (let run = -1; run < runs; run++) {
    command.before?.();
    const ms = await once(command);
    if (run >= 0) times.push(ms);
  }
  return median(times);
}

function once({ file, args, cwd, env }: Command): Promise<number> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(file, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "ignore", "pipe"] });
    let complaint = "";
    child.stderr.on("data", (chunk: Buffer) => (complaint += String(chunk)));
    child.on("error", reject);
    child.on("exit", (code) => {
      // Failing cases are a result too: 1 and 100 are verdicts, 2 and 3 are not.
      if (code === 0 || code === 1 || code === 100) resolve(performance.now() - started);
      else reject(new Error(`${file} ${args.join(" ")} ended with ${code}: ${complaint}`));
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
  /** How much of its limit is used: 1 is at the limit. */
  readonly ratio: number;
  readonly limit: string;
}

/** A Markdown table; a row over its limit is marked. */
export function table(rows: readonly Row[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(["what", "measured", "beside", "limit", "of the limit"]),
    line(["---", "---", "---", "---", "---"]),
    ...rows.map(({ what, value, peer, ratio, limit }) => line([what, value, peer, limit, `${Math.round(ratio * 100)} %${ratio > 1 ? " ✗" : ""}`])),
  ].join("\n");
}

export function ms(value: number): string {
  return value < 10 ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`;
}
