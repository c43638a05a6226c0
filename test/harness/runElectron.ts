/**
 * Runs the extension-host tests in the desktop VS Code: `node test/harness/runElectron.ts [SUITE…]`. Downloads it
 * into the cache first; `$VSCODE_EXE` names an installed one instead, `$VSCODE_VERSION` another release.
 */
import { join } from "node:path";
import { downloadAndUnzipVSCode, runTests } from "@vscode/test-electron";
import { runSuites, testsModule } from "./hostSuites.ts";
import { cacheDirectory, root } from "./paths.ts";

async function executable(): Promise<string> {
  const { VSCODE_EXE, VSCODE_VERSION } = process.env;
  if (VSCODE_EXE) return VSCODE_EXE;
  try {
    return await downloadAndUnzipVSCode({ version: VSCODE_VERSION ?? "stable", cachePath: join(cacheDirectory(), "vscode") });
  } catch (error) {
    console.error(`VS Code could not be downloaded (${error instanceof Error ? error.message : error}).`);
    console.error("Set VSCODE_EXE to the executable of an installed one. On Linux, test/harness/runHost.ts needs no download but npm's.");
    process.exit(1);
  }
}

const vscodeExecutablePath = await executable();
await runSuites(({ folder, env }) =>
  runTests({
    vscodeExecutablePath,
    extensionDevelopmentPath: root,
    extensionTestsPath: testsModule,
    extensionTestsEnv: env,
    launchArgs: [folder, "--disable-extensions", "--disable-workspace-trust", "--user-data-dir", join(folder, "../user-data")],
  }).catch((error: unknown) => String(error)),
);
