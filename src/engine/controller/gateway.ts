import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { GatewayOptions, SandboxTarget } from "../../core/rollouts/context.ts";
import { startGateway } from "../../sandbox/gateway/gateway.ts";
import { launchDetached } from "./launch.ts";
import { ownCopy } from "./ownCopy.ts";

type Behaviour = SandboxTarget["stable"];
interface Faults {
  readonly rate5xx: number;
  readonly latencyMs?: number;
}
interface GatewayInput {
  readonly file: string;
  readonly stable: Faults;
  readonly canary: Faults;
  readonly traffic: number;
  readonly idleMs: number;
}

const FOLDER = "gateways";
const START_MS = 15_000;
const LOOK_MS = 5000;

/** See `RolloutContext`. */
export async function ensureGateway(directory: string, entry: string, { name, target, version, begins, idleMs }: GatewayOptions): Promise<string> {
  const file = join(directory, FOLDER, `${name}.json`);
  const canary = faultsOf(target.versions[version ?? ""] ?? target.stable);
  const running = await addressIn(file);
  if (running !== undefined) {
    if (begins) {
      await fetch(`${running}/targets/llm/rollback`, { method: "POST" });
      for (const [variant, faults] of [["stable", faultsOf(target.stable)], ["canary", canary]] as const) await fetch(`${running}/targets/llm/variants/${variant}/faults`, { method: "PUT", body: JSON.stringify(faults) });
    }
    return running;
  }
  mkdirSync(join(directory, FOLDER), { recursive: true });
  await launchDetached(ownCopy(entry, directory), "rollout-gateway", directory, JSON.stringify({ file, stable: faultsOf(target.stable), canary, traffic: target.traffic, idleMs } satisfies GatewayInput));
  for (const until = performance.now() + START_MS; performance.now() < until; await sleep(50)) {
    const address = await addressIn(file);
    if (address !== undefined) return address;
  }
  throw new Error(`It did not start. What it wrote is in ${join(directory, "rollout-gateway.log")}.`);
}

/** The process of a sandbox gateway; it ends when nobody has looked at its weights for long. */
export async function startGatewayProcess(): Promise<void> {
  const { file, stable, canary, traffic, idleMs } = JSON.parse(await text(process.stdin)) as GatewayInput;
  const gateway = await startGateway({ stable, canary, traffic: { perSecond: traffic } });
  writeFileSync(file, JSON.stringify({ url: gateway.url, pid: process.pid }));
  while (gateway.idleMs() < idleMs) await sleep(Math.min(LOOK_MS, idleMs));
  await gateway.close();
  process.exit(0);
}

async function addressIn(file: string): Promise<string | undefined> {
  try {
    const { url } = JSON.parse(readFileSync(file, "utf8")) as { url: string };
    const answer = await fetch(`${url}/capabilities`, { signal: AbortSignal.timeout(2000) });
    return answer.ok && JSON.stringify(await answer.json()).includes('"contract"') ? url : undefined;
  } catch {
    return undefined;
  }
}

function faultsOf({ errors, latency }: Behaviour): Faults {
  return { rate5xx: errors, ...(latency === undefined ? {} : { latencyMs: latency }) };
}
