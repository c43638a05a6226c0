import { join } from "node:path";
import type { Workspace } from "../core/regression/workspace.ts";

/**
 * This process's sandboxes, one a workspace: started by the first suite that asks it, gone with the process. What
 * it was taught is kept beside the workspace's store.
 */
export function lazySandbox(): { url: (workspace: Pick<Workspace, "store">) => Promise<string>; close: () => Promise<void> } {
  const running = new Map<string | undefined, Promise<{ url: string; close(): Promise<void> }>>();
  return {
    async url({ store: { directory } }) {
      const known = running.get(directory) ?? import("../sandbox/server.ts").then(({ startSandbox }) => startSandbox(directory === undefined ? {} : { folder: join(directory, "sandbox") }));
      running.set(directory, known);
      return (await known).url;
    },
    async close() {
      await Promise.all([...running.values()].map(async (sandbox) => (await sandbox).close()));
    },
  };
}
