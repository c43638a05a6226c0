import { once } from "node:events";
import { startSandbox } from "../sandbox/server.ts";
import type { Front } from "./front.ts";

export async function sandboxCommand(front: Front, options: { port?: number; latency?: number }): Promise<number> {
  const sandbox = await startSandbox({ port: options.port, latencyMs: options.latency });
  front.print(`The sandbox listens on ${sandbox.url} (models: sandbox-small, sandbox-large). Ctrl+C stops it.`);
  if (!front.signal.aborted) await once(front.signal, "abort");
  await sandbox.close();
  return 0;
}
