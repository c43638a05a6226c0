import { spawn } from "node:child_process";
import { openSync } from "node:fs";
import { text } from "node:stream/consumers";

/**
 * Starts a mode of the bundle as a process of its own, passes on what came on standard input, and ends. The process belongs to nobody then: not to
 * the window that asked for it, nor to the engine that is ended with all its children.
 */
export async function startLauncher(mode: string): Promise<void> {
  const input = await text(process.stdin);
  const log = openSync(`${mode}.log`, "a", 0o600);
  const child = spawn(process.execPath, [process.argv[1] as string, mode], { detached: true, windowsHide: true, stdio: ["pipe", log, log] });
  child.unref();
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.stdin!.on("error", reject).end(input, resolve);
  });
  process.exit(0);
}
