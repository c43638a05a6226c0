/** This process's sandbox: started by the first suite that asks it, gone with the process. */
export function lazySandbox(): { url: () => Promise<string>; close: () => Promise<void> } {
  let running: Promise<{ url: string; close(): Promise<void> }> | undefined;
  return {
    async url() {
      running ??= import("../sandbox/server.ts").then(({ startSandbox }) => startSandbox({}));
      return (await running).url;
    },
    async close() {
      await (await running)?.close();
    },
  };
}
