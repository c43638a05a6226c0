import type { RolloutConfig } from "../config/schema.ts";
import type { Workspace } from "../regression/workspace.ts";

export type SandboxTarget = Extract<RolloutConfig["target"], { kind: "sandbox" }>;

/** What rollouts work with, whatever front they run for. */
export interface RolloutContext {
  readonly workspace: Pick<Workspace, "root" | "host" | "store" | "disk">;
  /**
   * The address of the sandbox gateway of a rollout, which lives on when this process ends. It is started where there is none.
   * @throws when it cannot be started.
   */
  readonly gateway: (options: GatewayOptions) => Promise<string>;
}

export interface GatewayOptions {
  /** The rollout's. */
  readonly name: string;
  readonly target: SandboxTarget;
  readonly version: string | undefined;
  /** No rollout is open on it: its canary becomes `version`, without traffic. */
  readonly begins: boolean;
  /** It ends when nobody has looked at its weights for so long, ms. */
  readonly idleMs: number;
}
