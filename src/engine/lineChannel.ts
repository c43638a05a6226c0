import { spawn } from "node:child_process";
import type { ChildChannel, RunOptions } from "../core/host.ts";
import { killTree, lastWords, searchPath } from "./children.ts";

/** A program that writes a longer line than this is killed. */
const MAX_LINE = 20_000_000;
const STDERR_CHARS = 4000;

/** Starts a program that is talked to in JSON, a line each way; what it writes that is no JSON is left out. */
export function lineChannel(file: string, args: readonly string[], { cwd, env, findPrograms = false }: Pick<RunOptions, "cwd" | "env" | "findPrograms">): ChildChannel {
  const child = spawn(file, args, { cwd, env: findPrograms ? { ...searchPath(), ...env } : env, shell: false, windowsHide: true, detached: process.platform !== "win32", stdio: ["pipe", "pipe", "pipe"] });
  let onMessage: (message: unknown) => void = () => {};
  let onExit: (reason: string) => void = () => {};
  let ended = false;
  const end = (reason: string) => {
    if (ended) return;
    ended = true;
    killTree(child);
    onExit(reason);
  };
  let open = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (open + text).split("\n");
    open = lines.pop() ?? "";
    if (open.length > MAX_LINE) killTree(child);
    for (const line of lines) {
      const message = parsed(line);
      if (message !== undefined) onMessage(message);
    }
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr = (stderr + text).slice(-STDERR_CHARS)));
  child.stdin.on("error", () => {});
  child.on("error", (error: NodeJS.ErrnoException) => end(`it cannot be started (${error.code ?? error.message})`));
  child.on("exit", (code, signal) => end(lastWords(stderr) ?? (signal ? `signal ${signal}` : `exit code ${code}`)));
  return {
    pid: child.pid,
    send: (message) => void child.stdin.write(`${JSON.stringify(message)}\n`),
    onMessage: (listener) => (onMessage = listener),
    onExit: (listener) => (onExit = listener),
    kill: () => killTree(child),
  };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
