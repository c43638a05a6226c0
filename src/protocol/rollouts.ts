import type { RolloutsOverview } from "../core/rollouts/overview.ts";
import type { RequestKind } from "../core/store/rollouts/records.ts";

/** What the editor asks of the rollouts of one folder (a URI). The answers are below. */
export interface RolloutsParams {
  readonly folder: string;
  readonly action: RolloutsAction;
}

export type RolloutsAction =
  /** → `RolloutsOverview`; from then on the engine tells what changes */
  | { readonly kind: "overview" }
  /** → `RolloutPlanView` */
  | { readonly kind: "plan"; readonly name: string; readonly version: string | undefined }
  /** → `RolloutAnswer` */
  | { readonly kind: "start"; readonly name: string; readonly version: string | undefined }
  /** → `RolloutAnswer` */
  | { readonly kind: "ask"; readonly id: string; readonly request: RequestKind }
  /** The evidence as a text. */
  | { readonly kind: "evidence"; readonly id: string };

/** What a person decides on before a rollout begins. */
export interface RolloutPlanView {
  /** `5 % → 10 % → …, 30 min each` */
  readonly steps: string;
  readonly problems: readonly string[];
  readonly notes: readonly string[];
  /** What to expect at today's traffic; `undefined` where none flows. */
  readonly expectation: string | undefined;
}

/** Why nothing came of it, or what was begun. */
export type RolloutAnswer = { readonly message: string } | { readonly id: string };

export interface RolloutsChanged {
  readonly folder: string;
  readonly overview: RolloutsOverview;
}

export type { RolloutView } from "../core/rollouts/overview.ts";
export type { RequestKind, RolloutsOverview };
