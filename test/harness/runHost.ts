/** Runs the extension-host tests in VS Code's server: `node test/harness/runHost.ts [SUITE…]`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "node:util";
import type { Browser } from "playwright-core";
import { launchBrowser } from "./chromium.ts";
import { runSuites, suiteLimit, testsModule } from "./hostSuites.ts";
import { artifacts, root } from "./paths.ts";
import { startServer, type Server } from "./server.ts";

/** Opens the window whose extension host runs the tests; prints their lines. */
async function runWindow(server: Server, browser: Browser, folder: string): Promise<number | string> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  const page = await context.newPage();
  let timer: NodeJS.Timeout | undefined;
  const ended = new Promise<number | string>((resolve) => {
    timer = setTimeout(resolve, suiteLimit, `no end within ${suiteLimit / 1000} s`);
    page.once("crash", () => resolve("the page crashed"));
    void page.exposeFunction("codeAutomationExit", resolve);
  });
  await page.exposeFunction("codeAutomationLog", (_level: string, values: unknown[]) => printTestLines(format(...values)));
  await page.goto(
    server.url(folder, [
      ["extensionDevelopmentPath", server.remoteUri(root)],
      ["extensionTestsPath", server.remoteUri(testsModule)],
    ]),
  );
  const result = await ended;
  clearTimeout(timer);
  await context.close();
  return result;
}

function printTestLines(text: string): void {
  for (const line of text.split("\n")) if (line.startsWith("[test] ")) console.log(line.slice("[test] ".length));
}

const browser = await launchBrowser();
await runSuites(async ({ suite, folder, env }) => {
  const server = await startServer({ testDriver: true, env });
  try {
    return await runWindow(server, browser, folder);
  } finally {
    mkdirSync(artifacts, { recursive: true });
    writeFileSync(join(artifacts, `host-${suite}.log`), server.logs());
    await server.stop();
  }
});
await browser.close();
