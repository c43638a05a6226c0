import { loadConfig } from "../../core/config/load.ts";
import type { AlertConfig, LlmopsConfig } from "../../core/config/schema.ts";
import { ProblemError } from "../../core/problem.ts";
import type { Workspace } from "../../core/regression/workspace.ts";
import type { Front } from "../front.ts";
import { UsageError } from "../usage.ts";

export interface Alerts {
  readonly workspace: Workspace;
  readonly config: LlmopsConfig;
  readonly rules: readonly AlertConfig[];
}

/** The rules of the workspace. @throws where llmops.yaml has a mistake, or no rule. */
export async function alertsOf(front: Front): Promise<Alerts> {
  const workspace = await front.workspace();
  const { config, problems } = await loadConfig({ snapshot: workspace.disk, root: workspace.root });
  const wrong = problems.find(({ severity }) => severity === "error");
  if (wrong) throw new ProblemError(wrong);
  if (!config?.alerts?.length) throw new UsageError("llmops.yaml has no alerts. docs/alerts.md shows how to write one.");
  return { workspace, config, rules: config.alerts };
}
