import { type ChildProcess, spawn } from "node:child_process";

/** By these programs are found, and Windows starts nothing without its own folder. */
const SEARCH_VARIABLES = ["PATH", "PATHEXT", "SYSTEMROOT"];

/** A process that was started as the leader of a group is killed with all of it; Windows knows who started whom. */
export function killTree({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  if (process.platform === "win32") {
    spawn("taskkill", ["/pid", String(pid), "/T", "/F"], { stdio: "ignore", windowsHide: true }).on("error", () => {});
    return;
  }
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // All of it has ended already.
  }
}

/** What this machine finds programs by, and nothing else of its environment. */
export function searchPath(): Record<string, string> {
  const known = Object.entries(process.env).filter(([name, value]) => value !== undefined && SEARCH_VARIABLES.includes(name.toUpperCase()));
  return Object.fromEntries(known) as Record<string, string>;
}

/** Why a process has ended, as far as it said. */
export function lastWords(stderr: string): string | undefined {
  if (/heap out of memory|allocation failed/i.test(stderr)) return "out of memory";
  return /^(?:Uncaught )?(\w*Error\b.*)$/m.exec(stderr)?.[1];
}
