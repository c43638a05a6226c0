import { access, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { relativePosix } from "../core/config/settings.ts";
import { CONFIG_FILE } from "../core/config/root.ts";
import { findSuites } from "../core/evals/suite/findSuites.ts";
import { EXIT } from "./exit.ts";
import type { Front } from "./front.ts";

/** Writes a first `llmops.yaml` that says what holds without it, so that it can be changed. */
export async function initCommand(front: Front, options: { json?: boolean }): Promise<number> {
  const workspace = await front.workspace();
  const file = join(workspace.root, CONFIG_FILE);
  const exists = await access(file).then(
    () => true,
    () => false,
  );
  if (exists) {
    front.say(`${file} is there already; it was left as it is.`);
    return EXIT.usage;
  }
  const suites = (await findSuites(workspace.disk, workspace.root)).map((suite) => relativePosix(workspace.root, suite));
  await writeFile(file, configText(suites));
  if (options.json) front.print(JSON.stringify({ file, suites }));
  else front.print(`${file} written, with ${suites.length === 0 ? "no suite yet: none was found" : suites.join(", ")}.\nNext: "llmops eval", then "llmops baseline accept" to pin what you compare with.`);
  return EXIT.ok;
}

function configText(suites: readonly string[]): string {
  const entries = (suites.length === 0 ? ["evals/*/promptfooconfig.yaml"] : suites).map(
    (path) => `  - path: ${JSON.stringify(path)}
    # endpoint: dev               # replaces the suite's own providers
    # repeat: 3                   # several runs find smaller regressions
    gate:
      accuracy: { tolerance: 2pt }  # pt: points of a rate; min: 85% would be an absolute gate`,
  );
  return `version: 1
endpoints:
  dev: { kind: sandbox }          # offline and free; or { kind: openai, baseUrl: …, model: …, apiKey: "\${secret:NAME}" }
suites:
${entries.join("\n")}
onSave: { maxCalls: 200, maxCost: 0.50 }
`;
}
