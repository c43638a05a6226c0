import { loadConfig } from "../config/load.ts";
import { type ActionRecord, actionsOf, listRollouts, openRollouts, planOf, pollsOf, type RolloutRecord } from "../store/rollouts/records.ts";
import type { Store } from "../store/store.ts";
import type { RolloutContext } from "./context.ts";
import type { RolloutPlan } from "./plan/plan.ts";
import type { MetricView } from "./words.ts";

/** What the editor draws of the rollouts of a folder. */
export interface RolloutsOverview {
  /** As llmops.yaml has them. */
  readonly defined: readonly DefinedRollout[];
  /** Open ones, and the newest of each name. */
  readonly rollouts: readonly RolloutView[];
}

export interface DefinedRollout {
  readonly name: string;
  /** The sandbox's versions; `undefined`: a version is whatever a person calls it. */
  readonly versions: readonly string[] | undefined;
}

export interface RolloutView extends Omit<RolloutRecord, "seq" | "target"> {
  /** Percent. */
  readonly steps: readonly number[];
  readonly last: { readonly at: number; readonly verdict: string; readonly text: string; readonly metrics: readonly MetricView[] } | undefined;
  /** In order. */
  readonly actions: readonly ActionRecord[];
}

const NEWEST = 50;

export async function rolloutsOverview({ workspace: { disk, root, store } }: RolloutContext): Promise<RolloutsOverview> {
  const { config } = await loadConfig({ snapshot: disk, root });
  const defined = Object.entries(config?.rollouts ?? {}).map(([name, { target }]) => ({ name, versions: target.kind === "sandbox" ? Object.keys(target.versions) : undefined }));
  const open = openRollouts(store);
  const newest = new Map(listRollouts(store, { limit: NEWEST }).reverse().map((rollout) => [rollout.name, rollout]));
  const shown = [...open, ...[...newest.values()].filter((rollout) => rollout.endedAt !== undefined && !open.some(({ name }) => name === rollout.name))];
  return { defined, rollouts: shown.map((rollout) => viewOf(store, rollout)) };
}

export function viewOf(store: Store, { seq, target: _target, ...head }: RolloutRecord): RolloutView {
  const { rules } = JSON.parse(planOf(store, seq)) as RolloutPlan;
  const [poll] = pollsOf(store, seq, { limit: 1 });
  return { ...head, steps: rules.steps, actions: actionsOf(store, seq), last: poll && { at: poll.at, verdict: poll.verdict, text: poll.text, metrics: JSON.parse(poll.metrics) as MetricView[] } };
}

