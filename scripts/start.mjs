// "npm start": VS Code with this extension on samples/support. Settings of the environment:
//   WORKSPACE=folder   open this folder instead
//   PORT=24100         the server's port (any free one by default)
//   BROWSER=none       only print the address
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureInstalled } from "./install.mjs";
import { underNode24 } from "./rerun.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

async function main() {
  ensureInstalled();
  await underNode24();
  const { build } = await import("./build.mjs");
  await build();
  const { WORKSPACE, PORT, BROWSER } = process.env;
  const folder = resolve(WORKSPACE || join(root, "samples/support"));
  if (!existsSync(folder)) throw new Error(`WORKSPACE names ${folder}, which does not exist.`);

  if (process.platform === "linux") {
    const { serve } = await import("../test/harness/serve.ts");
    await serve({ folder, port: Number(PORT ?? 0), openBrowser: BROWSER !== "none" && !process.env.CI && process.stdout.isTTY });
  } else {
    const { openDesktop } = await import("../test/harness/desktop.ts");
    await openDesktop(folder);
  }
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
