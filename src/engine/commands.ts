import { type ChildProcess, execFile, spawn } from "node:child_process";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { CommandOptions, Commands, RunningCommand } from "../core/host.ts";
import { bootId, processesWith, startOf } from "./processTable.ts";

/** Between asking a command to end and ending it. */
const GRACE_MS = 3000;
/** How long output is waited for that a process outside of the group holds open. */
const LINGER_MS = 1000;
const MARKER = "LLMOPS_STEP";

/**
 * Beside the command waits a process of its group that reads from a pipe of this process. When this one
 * ends, by whatever cause, the read returns, and the group ends itself. Both streams are one, as in a terminal.
 */
const WATCHED = `( trap "" TERM INT HUP; read x <&3; kill -9 0 ) >/dev/null 2>&1 </dev/null & exec 3<&-; exec sh -c "$1" 2>&1`;

export function shellCommands(): Commands {
  return {
    start,
    async endLeftover({ marker, process: leader }) {
      if (leader && leader.start !== undefined && leader.boot === bootId() && leader.start === startOf(leader.pid)) signalGroup(leader.pid, "SIGKILL");
      await endMarked(MARKER, marker);
    },
  };
}

async function start(command: string, { cwd, env, marker, onOutput }: CommandOptions): Promise<RunningCommand> {
  const options = { cwd, env: { ...env, [MARKER]: marker }, windowsHide: true };
  const isWindows = process.platform === "win32";
  const child = isWindows ? spawn(command, { ...options, shell: true, stdio: ["ignore", "pipe", "pipe"] }) : spawn("/bin/sh", ["-c", WATCHED, "sh", command], { ...options, detached: true, stdio: ["ignore", "pipe", "pipe", "pipe"] });
  const watchdog = child.stdio[3] as Duplex | undefined;
  watchdog?.on("error", () => {});
  child.stdout!.on("data", onOutput);
  child.stderr!.on("data", onOutput);

  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => child.once("close", (code, signal) => resolve({ code, signal })));
  void exited.then(() => {
    watchdog?.destroy();
    return sleep(LINGER_MS, undefined, { ref: false });
  }).then(() => {
    child.stdout!.destroy();
    child.stderr!.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (error: NodeJS.ErrnoException) => reject(new Error(error.code === "ENOENT" ? `It cannot be started: there is no folder ${cwd}, or no shell.` : `It cannot be started (${error.code ?? error.message}).`)));
  });
  const pid = child.pid as number;
  return { identity: { pid, start: startOf(pid), boot: bootId() }, ended, stop: () => stop(child, exited, marker) };
}

async function stop(child: ChildProcess, exited: Promise<void>, marker: string): Promise<void> {
  const pid = child.pid as number;
  if (process.platform === "win32") {
    await new Promise<void>((resolve) => execFile("taskkill", ["/pid", String(pid), "/T", "/F"], { windowsHide: true }, () => resolve()));
    return;
  }
  signalGroup(pid, "SIGTERM");
  await Promise.race([exited, sleep(GRACE_MS, undefined, { ref: false })]);
  signalGroup(pid, "SIGKILL");
  await endMarked(MARKER, marker);
}

export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // All of it has ended already.
  }
}

/** Ends the processes with `name=value` in their environment. Of a command, those that left its group: it may start others while it is being ended, so that it is looked for until nothing is found. */
export async function endMarked(name: string, value: string): Promise<void> {
  for (let round = 0; round < 20; round++) {
    const found = await processesWith(name, value);
    if (found.length === 0) return;
    for (const pid of found) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended in the meantime.
      }
    }
    await sleep(20);
  }
}
