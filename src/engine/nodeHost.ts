import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Host, Log, Secrets } from "../core/host.ts";
import { shellCommands } from "./commands.ts";
import { detachedJobs } from "./detachedJobs.ts";
import { nodeHttp } from "./nodeHttp.ts";
import { nodeProcesses } from "./processes.ts";

/** The real world, for every front of the engine. `entry` is the bundle's own entry file. */
export function nodeHost(options: { entry: string; env: NodeJS.ProcessEnv; secrets: Secrets; log: Log }): Host {
  const { env, secrets, log } = options;
  return {
    clock: {
      now: () => Date.now(),
      monotonic: () => performance.now(),
      sleep: (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}),
    },
    http: nodeHttp(env),
    env,
    secrets,
    processes: nodeProcesses(options.entry),
    commands: shellCommands(),
    jobs: detachedJobs(options.entry),
    log,
    platform: process.platform,
    identity: { pid: process.pid, machine: hostname() },
  };
}

/** Messages for people go to stderr: stdout belongs to results. */
export function stderrLog(verbose: boolean): Log {
  const write = (level: string, message: string) => void process.stderr.write(`${level}${message}\n`);
  return {
    debug: (message) => verbose && write("debug: ", message),
    info: (message) => verbose && write("", message),
    warn: (message) => write("warning: ", message),
    error: (message) => write("error: ", message),
  };
}
