import { spawn } from "node:child_process";
import { root } from "./paths.ts";
import { startServer } from "./server.ts";
import { quiet } from "./settings.ts";
import { startNote } from "./startNote.ts";

export interface ServeOptions {
  readonly folder: string;
  /** 0: any free one. */
  readonly port: number;
  readonly openBrowser: boolean;
}

/** Serves VS Code with this extension until the process ends; the address has a token that lets only its holder in. */
export async function serve({ folder, port, openBrowser }: ServeOptions): Promise<void> {
  const server = await startServer({ settings: quiet, extensions: [root], port, keepAlive: true });
  const url = server.url(folder);
  console.log(`\nVS Code with LLMOps is ready. Open:\n\n  ${url}\n\n${startNote(folder)}After a rebuild: reload the page. Ctrl+C ends it.`);
  if (openBrowser) spawn("xdg-open", [url], { stdio: "ignore", detached: true }).on("error", () => {}).unref();
  await server.ended;
}
