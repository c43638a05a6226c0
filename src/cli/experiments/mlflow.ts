import { once } from "node:events";
import { serveMlflow } from "../../core/experiments/mlflow/server.ts";
import { EXIT } from "../exit.ts";
import type { Front } from "../front.ts";
import { UsageError } from "../usage.ts";

export async function mlflowCommand(front: Front, { port }: { port: number }): Promise<number> {
  const { store } = await front.workspace();
  const server = await serveMlflow({ store, now: front.host.clock.now }, port, (error) => front.say(error instanceof Error ? error.message : String(error))).catch((error: NodeJS.ErrnoException) => {
    throw error.code === "EADDRINUSE" ? new UsageError(`Port ${port} is taken: choose another with --port, or 0 for any that is free.`) : error;
  });
  front.print(`MLflow's clients can log here: MLFLOW_TRACKING_URI=${server.url}. Ctrl+C stops it.`);
  if (!front.signal.aborted) await once(front.signal, "abort");
  await server.close();
  return EXIT.ok;
}
