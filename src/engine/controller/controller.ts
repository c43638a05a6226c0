import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { runController } from "../../core/rollouts/controller/run.ts";
import type { Secrets } from "../../core/host.ts";
import { nodeHost, stderrLog } from "../nodeHost.ts";
import { openWorkspace } from "../workspace.ts";
import { rolloutContext } from "./context.ts";
import { CONTROLLER_FILE, type HandedSecrets, type Handover } from "./launch.ts";
import { removeOtherCopies } from "./ownCopy.ts";

/** It ends when there has been no rollout for so long, ms. */
const IDLE_MS = 20_000;
const MAX_BYTES = 1_000_000;

/** The process that drives the rollouts of a store: started by `launch.ts`, and gone when none is open. */
export async function startController(): Promise<void> {
  const { root, secrets } = JSON.parse(await text(process.stdin)) as Handover;
  const known = new Map(Object.entries(secrets));
  const entry = process.argv[1] as string;
  const log = stderrLog(false);
  const workspace = await openWorkspace(root, nodeHost({ entry, env: process.env, secrets: handed(known), log }));
  const { directory } = workspace.store;
  if (directory === undefined) throw new Error(workspace.store.notice ?? "There is no store.");
  const door = await openDoor(directory, (more) => {
    for (const [name, value] of Object.entries(more)) known.set(name, value);
  });
  const end = new AbortController();
  process.on("SIGTERM", () => end.abort()).on("SIGINT", () => end.abort()).on("SIGHUP", () => {});
  const outcome = await runController(rolloutContext(workspace, entry), { signal: end.signal, idleMs: IDLE_MS, began: () => {
    door.announce();
    removeOtherCopies(entry, directory);
  } });
  door.close();
  workspace.store.close();
  if (outcome === "busy") log.info("Another controller drives the rollouts of this store.");
  process.exit(0);
}

/** Whatever was handed over, for the origin that it was approved for. */
function handed(known: ReadonlyMap<string, string>): Secrets {
  return {
    mayRelease: (name, origin) => Promise.resolve(known.has(`${name}=${origin}`)),
    get: (name, origin) => {
      const value = known.get(`${name}=${origin}`);
      return Promise.resolve(value === undefined ? "missing" : { value });
    },
  };
}

/** A socket that only this user can open: by it windows see that the controller lives, and hand over secrets. */
async function openDoor(directory: string, take: (secrets: HandedSecrets) => void): Promise<{ announce(): void; close(): void }> {
  const folder = mkdtempSync(join(tmpdir(), "llmops-"));
  const address = process.platform === "win32" ? `\\\\.\\pipe\\${folder.replace(/[\\/:]/g, "-")}` : join(folder, "s");
  const server = net.createServer((socket) => {
    let received = "";
    socket.setEncoding("utf8").on("error", () => {});
    socket.on("data", (part: string) => (received.length < MAX_BYTES ? (received += part) : socket.destroy()));
    socket.on("end", () => {
      try {
        take(JSON.parse(received) as HandedSecrets);
      } catch {
        // Not one of ours.
      }
      socket.end();
    });
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(address, resolve));
  if (process.platform !== "win32") chmodSync(address, 0o600);
  const file = join(directory, CONTROLLER_FILE);
  let announced = false;
  return {
    announce() {
      announced = true;
      writeFileSync(file, JSON.stringify({ address, pid: process.pid }), { mode: 0o600 });
    },
    close() {
      if (announced) rmSync(file, { force: true });
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
