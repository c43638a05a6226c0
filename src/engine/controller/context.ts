import type { PipelineContext } from "../../core/pipeline/context.ts";
import type { Workspace } from "../../core/regression/workspace.ts";
import type { RolloutContext } from "../../core/rollouts/context.ts";
import { ensureGateway } from "./gateway.ts";
import { ensureController } from "./launch.ts";

/** What rollouts of a workspace work with. `entry`: the bundle's. */
export function rolloutContext(workspace: Workspace, entry: string): RolloutContext {
  return {
    workspace,
    gateway: async (options) => {
      const { directory } = workspace.store;
      if (directory === undefined) throw new Error("The store is only in memory.");
      return ensureGateway(directory, entry, options);
    },
  };
}

/** The same, for a pipeline's steps. */
export function pipelineRollouts(workspace: Workspace, entry: string): PipelineContext["rollouts"] {
  return { context: rolloutContext(workspace, entry), ensureController: () => ensureController(workspace, entry) };
}
