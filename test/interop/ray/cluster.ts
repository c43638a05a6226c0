import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once as event } from "node:events";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { mkdtempSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { once } from "../../harness/npmPackage.ts";
import { skipPartner } from "../../harness/partners.ts";
import { cacheDirectory } from "../../harness/paths.ts";

const VERSION = "2.60.0";
/** From the first of them on, this many ports are Ray's. */
const PORTS = 66;
const START_MS = 3 * 60_000;

export interface Cluster {
  readonly address: string;
  stop(): Promise<void>;
}

/** A Ray cluster of this machine alone; the tests are skipped, visibly, where it cannot be had. */
export async function rayCluster(test: Mocha.Context): Promise<Cluster> {
  if (process.platform === "win32") return skipPartner(test, `Ray ${VERSION}`, "its start is written for POSIX systems");
  const folder = join(cacheDirectory(), `ray-${VERSION}`);
  const python = (root: string) => join(root, "bin/python");
  try {
    once(folder, (temporary) => {
      execFileSync("python3", ["-m", "venv", temporary], { stdio: ["ignore", "ignore", "pipe"] });
      execFileSync(python(temporary), ["-m", "pip", "install", "--quiet", `ray[default]==${VERSION}`], { stdio: ["ignore", "ignore", "pipe"], timeout: 15 * 60_000 });
    });
  } catch (error) {
    return skipPartner(test, `Ray ${VERSION}`, `it cannot be installed (${error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)})`);
  }
  return start(python(folder));
}

async function start(python: string): Promise<Cluster> {
  // Ray puts sockets there, whose paths may not be long.
  const temporary = mkdtempSync("/tmp/ray-");
  const base = await freePorts();
  const port = (offset: number) => String(base + offset);
  const options = {
    port: port(0), "object-manager-port": port(1), "node-manager-port": port(2), "ray-client-server-port": port(3), "dashboard-agent-listen-port": port(4), "dashboard-agent-grpc-port": port(5),
    "runtime-env-agent-port": port(6), "metrics-export-port": port(7), "min-worker-port": port(20), "max-worker-port": port(60), "dashboard-port": port(65),
    "node-ip-address": "127.0.0.1", "dashboard-host": "127.0.0.1", "include-dashboard": "true", "num-cpus": "2", "num-gpus": "0", "object-store-memory": "80000000", "temp-dir": temporary,
  };
  const args = ["start", "--head", "--block", "--disable-usage-stats", ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])];
  const env = {
    ...process.env,
    HOME: temporary,
    PATH: `${dirname(python)}:${dirname(process.execPath)}:${process.env.PATH}`,
    // On Linux too: else it takes the interface's address for 127.0.0.1, and serves the whole network.
    RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER: "0",
    AUTOSCALER_METRIC_PORT: port(8),
    DASHBOARD_METRIC_PORT: port(9),
    RAY_USAGE_STATS_ENABLED: "0",
  };
  const child = spawn(python, ["-c", "from ray.scripts.scripts import main; main()", ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const address = `http://127.0.0.1:${port(65)}`;
  const until = performance.now() + START_MS;
  while (!(await answers(address))) {
    if (child.exitCode !== null || performance.now() > until) {
      await end(child, temporary);
      throw new Error(`Ray did not start:\n${output}`);
    }
    await sleep(200);
  }
  return { address, stop: () => end(child, temporary) };
}

/** SIGTERM to `ray start --block` ends all that it started. */
async function end(child: ChildProcess, temporary: string): Promise<void> {
  if (child.exitCode === null) {
    child.kill("SIGTERM");
    await event(child, "exit");
  }
  rmSync(temporary, { recursive: true, force: true, maxRetries: 5 });
}

async function answers(address: string): Promise<boolean> {
  const response = await fetch(`${address}/api/version`).catch(() => undefined);
  await response?.text();
  return response?.status === 200;
}

/** The first of a row of ports of which some at least are free: the system gives one, and Ray says so if another is not. */
async function freePorts(): Promise<number> {
  for (;;) {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    if (port + PORTS < 65_536) return port;
  }
}
