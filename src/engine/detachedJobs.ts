import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { DetachedJobs, DetachedState } from "../core/host.ts";
import { endMarked, signalGroup } from "./commands.ts";
import { bootId, processesWith, startOf } from "./processTable.ts";

/** In the environment of all that a job starts: by it they are found. */
export const JOB_MARKER = "LLMOPS_JOB";
const GRACE_MS = 3000;

/** The files of a job's folder. */
export const JOB_FILES = { claim: "claim", process: "process.json", exit: "exit.json", output: "output.log" } as const;

export interface JobProcess {
  readonly pid: number;
  readonly start: string | undefined;
  readonly boot: string | undefined;
}

/**
 * Jobs that go on when this process, its editor or its terminal ends. A short-lived launcher starts the process
 * that sees the job through (`detachedJob.ts`): whoever ends this one's children by their parent does not find it.
 */
export function detachedJobs(entry: string): DetachedJobs {
  return {
    async start(folder, { command, cwd, env }) {
      mkdirSync(folder, { recursive: true });
      const child = spawn(process.execPath, [...process.execArgv.filter((arg) => arg.startsWith("--disable-warning")), entry, "detached-job", "launch", folder, command], {
        cwd,
        env: { ...env, [JOB_MARKER]: folder, ...(process.versions.electron ? { ELECTRON_RUN_AS_NODE: "1" } : {}) },
        stdio: ["ignore", "ignore", "pipe"],
        windowsHide: true,
      });
      let complaint = "";
      child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint = (complaint + text).slice(-2000)));
      const [code] = (await once(child, "close")) as [number | null];
      if (code !== 0) throw new Error(`The command cannot be started: ${complaint.trim().split("\n").at(-1) || `exit code ${code}`}.`);
    },
    look,
    async stop(folder) {
      const leader = read<JobProcess>(folder, JOB_FILES.process);
      if (leader && isSame(leader)) {
        if (process.platform === "win32") {
          const killed = spawn("taskkill", ["/pid", String(leader.pid), "/T", "/F"], { stdio: "ignore", windowsHide: true });
          await once(killed, "close");
          return;
        }
        signalGroup(leader.pid, "SIGTERM");
        for (let waited = 0; waited < GRACE_MS && isSame(leader); waited += 50) await new Promise((resolve) => setTimeout(resolve, 50));
        signalGroup(leader.pid, "SIGKILL");
      }
      await endMarked(JOB_MARKER, folder);
    },
  };
}

async function look(folder: string): Promise<DetachedState> {
  const exit = read<{ code: number | null; signal: string | null }>(folder, JOB_FILES.exit);
  if (exit) return { state: "ended", ...exit };
  if (!existsSync(join(folder, JOB_FILES.claim))) return { state: "absent" };
  const leader = read<JobProcess>(folder, JOB_FILES.process);
  const isThere = leader ? isSame(leader) : (await processesWith(JOB_MARKER, folder)).length > 0;
  if (isThere) return { state: "running" };
  // It may have ended between the two looks.
  const late = read<{ code: number | null; signal: string | null }>(folder, JOB_FILES.exit);
  return late ? { state: "ended", ...late } : { state: "lost" };
}

/** Whether a process is still the one that was noted. On Windows, which does not say when it began, its id must do. */
function isSame({ pid, start, boot }: JobProcess): boolean {
  if (start !== undefined) return boot === bootId() && start === startOf(pid);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function read<T>(folder: string, name: string): T | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, name), "utf8")) as T;
  } catch {
    return undefined;
  }
}
