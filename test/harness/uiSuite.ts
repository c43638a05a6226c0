import type { Browser } from "playwright-core";
import { launchBrowser } from "./chromium.ts";
import { fixture, root } from "./paths.ts";
import { startServer, type Server, type ServerOptions } from "./server.ts";
import { Workbench } from "./workbench.ts";
import { copyWorkspace, type WorkspaceCopy } from "./workspace.ts";

export interface UiSuite {
  readonly workbench: Workbench;
  readonly workspace: WorkspaceCopy;
  readonly server: Server;
  readonly browser: Browser;
}

/**
 * Call it in a `describe`: opens, for all its tests, a window with the extension on a copy of a fixture workspace,
 * or of any folder given by its absolute path. The parts are there from the first test on. A failed test leaves
 * a screenshot `failed-TITLE.png`, and the logs `failed-TITLE.log`, in test-artifacts.
 */
export function useWindow(workspace: string, options: ServerOptions = {}): UiSuite {
  const suite = {} as { -readonly [Part in keyof UiSuite]: UiSuite[Part] };

  before(async function () {
    this.timeout(120_000);
    suite.workspace = copyWorkspace(workspace.startsWith("/") ? workspace : fixture(workspace));
    suite.browser = await launchBrowser();
    suite.server = await startServer({ extensions: [root], ...options });
    suite.workbench = await Workbench.open(suite.server, suite.browser, { folder: suite.workspace.folder });
  });

  afterEach(async function () {
    if (this.currentTest?.state === "failed") await suite.workbench.keepEvidence(`failed-${this.currentTest.fullTitle()}`);
  });

  after(async () => {
    await suite.browser?.close();
    await suite.server?.stop();
    suite.workspace?.remove();
  });

  return suite;
}
