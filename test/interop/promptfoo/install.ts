import { existsSync } from "node:fs";
import { join } from "node:path";
import { npm, once } from "../../harness/npmPackage.ts";
import { cacheDirectory } from "../../harness/paths.ts";
import { skipPartner } from "../../harness/partners.ts";

/** The version that suites are compared with: a later one may judge otherwise. */
const VERSION = "0.123.1";
/** The native part of its database; npm leaves it out where package scripts are off. */
const DATABASES: Readonly<Record<string, string>> = {
  "darwin-arm64": "@libsql/darwin-arm64",
  "darwin-x64": "@libsql/darwin-x64",
  "linux-arm64": "@libsql/linux-arm64-gnu",
  "linux-x64": "@libsql/linux-x64-gnu",
  "win32-x64": "@libsql/win32-x64-msvc",
};

/** promptfoo's entry file, installed once into the cache; the tests are skipped, visibly, where it cannot be had. */
export function promptfooEntry(test: Mocha.Context): string {
  const folder = installedFolder();
  const database = DATABASES[`${process.platform}-${process.arch}`];
  try {
    if (database === undefined) throw new Error(`there is no database of it for ${process.platform}-${process.arch}`);
    once(folder, (temporary) => npm(temporary, "install", `promptfoo@${VERSION}`, database));
  } catch (error) {
    return skipPartner(test, `promptfoo ${VERSION}`, `it cannot be installed (${error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)})`);
  }
  const entry = installedPromptfoo();
  if (entry === undefined) throw new Error(`${folder} is not whole: remove it.`);
  return entry;
}

export function installedFolder(): string {
  return join(cacheDirectory(), `promptfoo-${VERSION}`);
}

/** promptfoo's entry file where it is installed. */
export function installedPromptfoo(): string | undefined {
  const entry = join(installedFolder(), "node_modules/promptfoo/dist/src/entrypoint.js");
  return existsSync(entry) ? entry : undefined;
}

/**
 * What promptfoo is to see beside its suite: it asks and tells nobody but the suite's endpoint.
 * @param home a folder for its database and cache.
 */
export function promptfooEnv(home: string): Record<string, string> {
  return { PROMPTFOO_CONFIG_DIR: home, PROMPTFOO_DISABLE_TELEMETRY: "1", PROMPTFOO_DISABLE_UPDATE: "1", PROMPTFOO_DISABLE_REMOTE_GENERATION: "1", OPENAI_API_KEY: "none" };
}
