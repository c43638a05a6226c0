import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { originOf } from "../../core/config/approvals.ts";
import { secretsIn } from "../../core/config/references.ts";
import type { Workspace } from "../../core/regression/workspace.ts";
import type { RolloutPlan } from "../../core/rollouts/plan/plan.ts";
import { openRollouts, planOf } from "../../core/store/rollouts/records.ts";
import { ownCopy } from "./ownCopy.ts";

/** Where the controller of a store says how it is reached. */
export const CONTROLLER_FILE = "controller.json";
/** How long a new controller may take to say so, ms. */
const START_MS = 15_000;

/** `NAME=origin` → value. */
export type HandedSecrets = Readonly<Record<string, string>>;

/** What a detached process is started with: on its standard input, so that nothing of it is seen by others. */
export interface Handover {
  readonly root: string;
  readonly secrets: HandedSecrets;
}

/** Of a process's environment, what a detached one needs; secrets are handed over, not inherited. */
const INHERITED = /^(PATH|PATHEXT|SYSTEMROOT|HOME|USERPROFILE|APPDATA|LOCALAPPDATA|TEMP|TMP|TMPDIR|LANG|LC_ALL|TZ|USER|USERNAME|KUBECONFIG|NODE_EXTRA_CA_CERTS|ELECTRON_RUN_AS_NODE|(https?|no|all)_proxy)$/i;

/**
 * Makes sure that a controller drives the rollouts of a store, and hands it the secrets that they need and this front has.
 * @throws when it cannot be started.
 */
export async function ensureController(workspace: Workspace, entry: string): Promise<void> {
  const { store, root } = workspace;
  if (store.directory === undefined) throw new Error("Rollouts need a store on disk: this folder cannot be written.");
  const secrets = await secretsOfOpenRollouts(workspace);
  if (await handOver(store.directory, secrets)) return;
  await launchDetached(ownCopy(entry, store.directory), "rollout-controller", store.directory, JSON.stringify({ root, secrets } satisfies Handover));
  for (const until = performance.now() + START_MS; performance.now() < until; await sleep(50)) if (await handOver(store.directory, {})) return;
  throw new Error(`The controller did not start. What it wrote is in ${join(store.directory, "rollout-controller.log")}.`);
}

/** Starts a mode of the bundle that outlives this process and all that ends it: by a launcher that has gone before anybody looks for children. */
export async function launchDetached(entry: string, mode: string, directory: string, input: string): Promise<void> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => INHERITED.test(name)));
  const launcher = spawn(process.execPath, [entry, "launch", mode], { cwd: directory, env, detached: true, windowsHide: true, stdio: ["pipe", "ignore", "ignore"] });
  launcher.stdin.on("error", () => {}).end(input);
  const [code] = (await once(launcher, "exit")) as [number | null];
  if (code !== 0) throw new Error(`The ${mode} cannot be started (exit ${code}).`);
}

/** Gives a running controller secrets. `false`: there is none. */
async function handOver(directory: string, secrets: HandedSecrets): Promise<boolean> {
  let address: string;
  try {
    ({ address } = JSON.parse(readFileSync(join(directory, CONTROLLER_FILE), "utf8")) as { address: string });
  } catch {
    return false;
  }
  return new Promise((resolve) => {
    const socket = net.connect(address);
    socket.once("error", () => resolve(false));
    socket.once("connect", () => socket.end(JSON.stringify(secrets)));
    socket.once("close", (failed) => resolve(!failed));
    socket.resume();
  });
}

async function secretsOfOpenRollouts({ store, host }: Workspace): Promise<HandedSecrets> {
  const found: Record<string, string> = {};
  for (const { seq } of openRollouts(store)) {
    const { target, metrics } = JSON.parse(planOf(store, seq)) as RolloutPlan;
    for (const part of [target, metrics]) {
      const origin = "url" in part ? originOf(part.url) : undefined;
      if (origin === undefined) continue;
      for (const name of secretsIn(part)) {
        const secret = await host.secrets.get(name, origin);
        if (typeof secret !== "string") found[`${name}=${origin}`] = secret.value;
      }
    }
  }
  return found;
}
