import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { JOB_FILES, type JobProcess } from "./detachedJobs.ts";
import { bootId, startOf } from "./processTable.ts";

const LOOK_MS = 20;
const BEGIN_MS = 60_000;

/**
 * The two processes of a detached job: `launch FOLDER COMMAND` starts `run FOLDER COMMAND` as the leader of a
 * group of its own, and ends; that one runs the command and writes down how it ended.
 */
export async function runJob([mode, folder, command]: readonly string[]): Promise<void> {
  if (folder === undefined || command === undefined) throw new Error("A job has a folder and a command.");
  if (mode === "launch") await launch(folder, command);
  else await run(folder, command);
}

/** Ends when the job has begun: whoever looks then finds it. */
async function launch(folder: string, command: string): Promise<void> {
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1] as string, "detached-job", "run", folder, command], { detached: true, stdio: "ignore", windowsHide: true });
  child.unref();
  for (let waited = 0; !existsSync(join(folder, JOB_FILES.claim)); waited += LOOK_MS) {
    if (child.exitCode !== null || child.signalCode !== null || waited > BEGIN_MS) throw new Error("What is to see it through did not begin.");
    await sleep(LOOK_MS);
  }
}

async function run(folder: string, command: string): Promise<void> {
  try {
    // A folder can be made once: of two that begin, one goes on.
    mkdirSync(join(folder, JOB_FILES.claim));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return;
    throw error;
  }
  write(folder, JOB_FILES.process, { pid: process.pid, start: startOf(process.pid), boot: bootId() } satisfies JobProcess);
  // A polite end is the command's to answer: how it ended is still written down.
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => {});
  const output = openSync(join(folder, JOB_FILES.output), "a");
  const end = await new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    const child = spawn(command, { shell: true, stdio: ["ignore", output, output], windowsHide: true });
    child.once("error", () => resolve({ code: 127, signal: null }));
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  write(folder, JOB_FILES.exit, end);
  // A command ends with all that it started in its group, and with this process as well.
  if (process.platform !== "win32") process.kill(-process.pid, "SIGKILL");
}

function write(folder: string, name: string, value: object): void {
  const file = join(folder, name);
  writeFileSync(`${file}.tmp`, JSON.stringify(value), { flush: true });
  renameSync(`${file}.tmp`, file);
}
