import { fork, spawn } from "node:child_process";
import type { ChildChannel, Processes } from "../core/host.ts";
import { killTree, lastWords, searchPath } from "./children.ts";
import { lineChannel } from "./lineChannel.ts";

/** How much of a child's last words is kept to say why it ended. */
const STDERR_CHARS = 4000;

/** Real processes. `entry`: the file that `fork` starts, with the mode as its first argument. */
export function nodeProcesses(entry: string): Processes {
  return {
    run: runProgram,
    talk: lineChannel,
    fork: (mode, options) => forkEntry(entry, mode, options),
  };
}

/** How long a program that has ended is listened to: one that it started may hold its output open for ever. */
const LINGER_MS = 1000;
const runProgram: Processes["run"] = (file, args, { cwd, env, findPrograms = false, wholeTree = false, input, timeoutMs, maxBytes, signal }) =>
  new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const surroundings = findPrograms ? { ...searchPath(), ...env } : env;
    const child = spawn(file, args, { cwd, env: surroundings, shell: false, windowsHide: true, detached: wholeTree && process.platform !== "win32", stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"] });
    const [stdout, errors] = [child.stdout!, child.stderr!];
    // A program need not read what it is given.
    child.stdin?.on("error", () => {}).end(input);
    const chunks: Buffer[] = [];
    let bytes = 0;
    let stderr = "";
    let timedOut = false;
    let failure: unknown;
    const stop = (why?: unknown) => {
      failure ??= why;
      if (wholeTree) killTree(child);
      else child.kill("SIGKILL");
    };
    const timer = setTimeout(() => {
      timedOut = true;
      stop();
    }, timeoutMs);
    const onAbort = () => stop(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });

    stdout.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes) stop(new Error(`${file} wrote more than ${Math.round(maxBytes / 1e6)} MB.`));
      else chunks.push(chunk);
    });
    errors.setEncoding("utf8").on("data", (text: string) => {
      if (stderr.length < maxBytes) stderr += text.slice(0, maxBytes - stderr.length);
    });
    child.on("error", (error: NodeJS.ErrnoException) => {
      failure ??= new Error(`${file} cannot be started (${error.code ?? error.message}).`, { cause: error });
      if (child.pid === undefined) finish(null);
    });
    let linger: NodeJS.Timeout | undefined;
    child.on("exit", () => {
      if (wholeTree) killTree(child);
      linger = setTimeout(() => {
        stdout.destroy();
        errors.destroy();
      }, LINGER_MS);
    });
    child.on("close", (code) => finish(code));

    function finish(code: number | null): void {
      clearTimeout(timer);
      clearTimeout(linger);
      signal?.removeEventListener("abort", onAbort);
      if (failure === undefined) resolve({ code, stdout: Buffer.concat(chunks), stderr, timedOut });
      else reject(failure);
    }
  });

function forkEntry(entry: string, mode: string, { cwd, maxOldSpaceMb, env = {} }: Parameters<Processes["fork"]>[1]): ChildChannel {
  const child = fork(entry, [mode], {
    cwd,
    // Under Electron the executable is Node only when this says so.
    env: { ...env, ...(process.versions.electron ? { ELECTRON_RUN_AS_NODE: "1" } : {}) },
    execArgv: [`--max-old-space-size=${maxOldSpaceMb}`, "--disable-warning=ExperimentalWarning"],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-STDERR_CHARS);
  });
  let onExit: (reason: string) => void = () => {};
  let ended = false;
  const end = (reason: string) => {
    if (ended) return;
    ended = true;
    onExit(reason);
  };
  child.on("error", (error: NodeJS.ErrnoException) => {
    if (child.pid === undefined) end(`it cannot be started (${error.code ?? error.message})`);
  });
  // "close", not "exit": only then all of stderr has arrived.
  child.on("close", (code, signal) => end(lastWords(stderr) ?? (signal ? `signal ${signal}` : `exit code ${code}`)));
  return {
    pid: child.pid,
    send(message) {
      if (child.connected) child.send(message as object, () => {});
    },
    onMessage: (listener) => void child.on("message", listener),
    onExit(listener) {
      onExit = listener;
    },
    kill: () => void child.kill("SIGKILL"),
  };
}
