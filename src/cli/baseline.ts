import { relative } from "node:path";
import { relativePosix } from "../core/config/settings.ts";
import { acceptBaseline, AcceptRefused } from "../core/regression/baseline/accept.ts";
import { resolveBaseline } from "../core/regression/baseline/resolve.ts";
import { evaluateSuite } from "../core/regression/evaluate.ts";
import { baselineWords } from "../core/regression/words.ts";
import { readVersion } from "../core/regression/workspace.ts";
import { EXIT } from "./exit.ts";
import type { Front } from "./front.ts";
import { progressBar } from "./progress.ts";
import { mistakesOf, namedSuites } from "./suites.ts";

const HOW = { accepted: "accepted in llmops.baseline.json", git: "found by git", "first-edit": "the text before the first edit", model: "another model" };

export async function showBaseline(front: Front, names: readonly string[], options: { json?: boolean }): Promise<number> {
  const shown: object[] = [];
  for (const { workspace, file } of await namedSuites(front, names)) {
    const suite = relativePosix(workspace.root, file);
    const version = await readVersion(workspace, workspace.disk, file);
    const { baseline, problems } = await resolveBaseline(workspace, file, version.files);
    for (const problem of problems) front.problem(problem);
    shown.push({ suite, baseline: baseline?.info });
    if (!options.json) front.print(`${suite}   ${baseline ? `${baselineWords({ baseline: baseline.info }, front.host.clock.now())} (${HOW[baseline.info.kind]})` : "no baseline yet"}`);
  }
  if (options.json) front.print(JSON.stringify({ suites: shown }));
  return EXIT.ok;
}

/** One suite that cannot be accepted does not keep the others from it. */
export async function acceptBaselines(front: Front, names: readonly string[], options: { json?: boolean }): Promise<number> {
  const accepted: object[] = [];
  let code: number = EXIT.ok;
  for (const { workspace, file } of await namedSuites(front, names)) {
    const suite = relativePosix(workspace.root, file);
    const bar = progressBar(front, suite);
    try {
      const { report, series, version } = await evaluateSuite(workspace, { file, trigger: "cli", signal: front.signal, sandbox: front.sandbox, onProgress: bar.update });
      bar.clear();
      const path = await acceptBaseline(workspace, file, version, series, report);
      accepted.push({ suite, file: path, runId: report.runId });
      if (!options.json) front.print(`${suite}: accepted in ${relative(front.cwd, path)}. Commit it, so that everybody compares with it.`);
    } catch (error) {
      bar.clear();
      const mistakes = mistakesOf(error);
      if (mistakes) {
        code = EXIT.usage;
        for (const problem of mistakes) front.problem(problem);
      } else if (error instanceof AcceptRefused) {
        code ||= EXIT.error;
        front.say(`${suite}: ${error.message}`);
      } else throw error;
    }
  }
  if (options.json) front.print(JSON.stringify({ accepted }));
  return code;
}
