import { loadConfig } from "../config/load.ts";
import { relativePosix } from "../config/settings.ts";
import { findSuites } from "../evals/suite/findSuites.ts";
import { formatProblem } from "../problem.ts";
import { resolveBaseline } from "./baseline/resolve.ts";
import { plural } from "./words.ts";
import { readVersion, type Workspace } from "./workspace.ts";

export interface Check {
  readonly name: string;
  readonly state: "ok" | "warning" | "error";
  readonly detail: string;
}

const MARKS = { ok: "✓", warning: "!", error: "✗" };

/** Says of everything that has to work whether it does, and what to do where it does not. */
export async function checkSetUp(workspace: Workspace, runtime: { node: string; path: string }): Promise<Check[]> {
  const { root, store, repository, disk } = workspace;
  const head = await repository?.resolve("HEAD");
  const config = await loadConfig({ snapshot: disk, root });
  const checks: Check[] = [
    { name: "node", state: "ok", detail: `${runtime.node} (${runtime.path})` },
    { name: "folder", state: "ok", detail: root },
    store.notice ? { name: "store", state: "warning", detail: store.notice } : { name: "store", state: "ok", detail: store.directory ?? "in memory" },
    repository
      ? { name: "git", state: "ok", detail: head ? `${(await repository.branch()) ?? "detached HEAD"} at ${head.slice(0, 7)}` : "a repository without commits" }
      : { name: "git", state: "warning", detail: "no repository: changes are compared with the text before the first edit" },
    ...config.problems.map((problem): Check => ({ name: "llmops.yaml", state: problem.severity === "error" ? "error" : "warning", detail: formatProblem(problem) })),
  ];
  if (config.problems.length === 0) checks.push({ name: "llmops.yaml", state: "ok", detail: config.document ? "read" : "none: the defaults hold" });
  const suites = await findSuites(disk, root);
  if (suites.length === 0) checks.push({ name: "suites", state: "warning", detail: "no promptfooconfig.yaml or .prompt.yml below this folder" });
  for (const file of suites) checks.push(await checkSuite(workspace, file));
  return checks;
}

async function checkSuite(workspace: Workspace, file: string): Promise<Check> {
  const name = relativePosix(workspace.root, file);
  const { suite, files } = await readVersion(workspace, workspace.disk, file);
  const errors = suite.problems.filter((problem) => problem.severity === "error");
  if (errors.length > 0) return { name, state: "error", detail: errors.map((problem) => formatProblem(problem)).join("\n    ") };
  const { baseline, problems } = await resolveBaseline(workspace, file, files);
  if (problems.length > 0) return { name, state: "error", detail: problems.map((problem) => formatProblem(problem)).join("\n    ") };
  const providers = suite.providers.map((provider) => provider.label ?? provider.id).join(", ");
  return { name, state: "ok", detail: `${plural(suite.cases.length, "case")}, ${plural(suite.prompts.length, "prompt")}, provider ${providers}; baseline ${baseline?.info.label ?? "none yet"}` };
}

export function formatChecks(checks: readonly Check[]): string {
  return checks.map((check) => `${MARKS[check.state]} ${check.name.padEnd(12)} ${check.detail}`).join("\n");
}
