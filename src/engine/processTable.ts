import { execFile, execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { promisify } from "node:util";

const LOOK = { timeout: 5000, maxBuffer: 64 * 2 ** 20, encoding: "utf8" } as const;
let boot: string | undefined;

/** Names this start of the machine, where the platform does: process ids begin anew with each. */
export function bootId(): string | undefined {
  return (boot ??= attempt(() => {
    if (process.platform === "linux") return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    if (process.platform === "darwin") return execFileSync("sysctl", ["-n", "kern.boottime"], LOOK).trim();
    return undefined;
  }));
}

/** When a process started, as the platform says it; `undefined` when there is no such process, or on Windows. */
export function startOf(pid: number): string | undefined {
  return attempt(() => {
    // Field 22; the name before it, in brackets, may hold anything.
    if (process.platform === "linux") return readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /s, "").split(" ")[19];
    if (process.platform === "darwin") return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], LOOK).trim() || undefined;
    return undefined;
  });
}

/** Ids of the processes, other than this one, that have `name=value` in their environment. None on Windows, which does not tell. */
export async function processesWith(name: string, value: string): Promise<number[]> {
  const wanted = `${name}=${value}`;
  if (process.platform === "linux") {
    return readdirSync("/proc").map(Number).filter((pid) => pid > 0 && pid !== process.pid && (attempt(() => readFileSync(`/proc/${pid}/environ`, "utf8")) ?? "").split("\0").includes(wanted));
  }
  if (process.platform === "darwin") {
    const { stdout } = await promisify(execFile)("ps", ["-axEww", "-o", "pid=,command="], LOOK);
    return stdout.split("\n").filter((line) => ` ${line} `.includes(` ${wanted} `)).map((line) => Number.parseInt(line, 10)).filter((pid) => pid !== process.pid);
  }
  return [];
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
