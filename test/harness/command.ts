import { spawn, type ChildProcess } from "node:child_process";
import { onExit } from "./cleanup.ts";

export interface CommandOptions {
  readonly cwd: string;
  /** Added to this process's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds after which the command is asked to end; 5 s later it is killed. */
  readonly timeoutMs: number;
  /** Return the output instead of printing it. */
  readonly capture: boolean;
}

export interface CommandResult {
  readonly code: number;
  readonly output: string;
  readonly timedOut: boolean;
}

/** Runs a command without standard input, as a group of processes that ends as a whole, at the latest with this one. */
export function runCommand(command: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const { cwd, timeoutMs, capture } = options;
  const to = capture ? "pipe" : "inherit";
  const child = spawn(command, args, { cwd, env: { ...process.env, ...options.env }, stdio: ["ignore", to, to], detached: process.platform !== "win32" });
  // Asked, not killed: what it started may be in groups of their own, which only it knows.
  const stop = onExit(() => signalGroup(child, "SIGTERM"));
  let output = "";
  let timedOut = false;
  let killer: NodeJS.Timeout | undefined;
  const timer = setTimeout(() => {
    timedOut = true;
    signalGroup(child, "SIGTERM");
    killer = setTimeout(() => signalGroup(child, "SIGKILL"), 5000);
  }, timeoutMs);
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (output += String(chunk)));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(timer);
      clearTimeout(killer);
      stop();
      resolve({ code: code ?? 1, output, timedOut });
    });
  });
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // it has ended by itself
  }
}
