import type { RolloutConfig } from "../config/schema.ts";
import type { Workspace } from "../regression/workspace.ts";

export type SandboxTarget = Extract<RolloutConfig["target"], { kind: "sandbox" }>;

/** What rollouts work with, whatever front they run for. */
export interface RolloutContext {
  readonly workspace: Pick<Workspace, "root" | "host" | "store" | "disk">;
  /**
   * The address of a sandbox gateway of this name that lives on when this process ends; it is started where there is none, its canary being `version`.
   * @throws when it cannot be started.
   */
  readonly gateway: (name: string, target: SandboxTarget, version: string | undefined) => Promise<string>;
}
