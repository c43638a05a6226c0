// Starts the running script again under Node 24 when this Node is older.
import { spawn } from "node:child_process";
import { node24 } from "./node24.mjs";

/**
 * Returns at once under a new enough Node. Otherwise runs the same script with the same arguments under the one
 * that node_modules brings, passes signals on, and ends this process with its exit code.
 */
export async function underNode24() {
  const node = node24();
  if (node === process.execPath) return;
  const child = spawn(node, process.argv.slice(1), { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  const code = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (status) => resolve(status ?? 1));
  });
  process.exit(code);
}
