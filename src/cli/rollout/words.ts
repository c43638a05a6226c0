import type { RolloutPlan } from "../../core/rollouts/plan/plan.ts";
import type { MetricView } from "../../core/rollouts/words.ts";
import { type ActionRecord, actionsOf, planOf, type PollRecord, pollsOf, type RolloutRecord } from "../../core/store/rollouts/records.ts";
import type { Store } from "../../core/store/store.ts";

/** What `--json` prints of a rollout; its shape is part of the interface (docs/rollouts.md). */
export function rolloutJson(store: Store, rollout: RolloutRecord, whole = true): object {
  const { id, name, version, state, reason, step, applied, startedBy, createdAt, endedAt, seq } = rollout;
  const head = { id, name, version, state, reason, step: step + 1, weight: applied, startedBy, createdAt, endedAt };
  if (!whole) return head;
  const { rules } = JSON.parse(planOf(store, seq)) as RolloutPlan;
  const [last] = pollsOf(store, seq, { limit: 1 });
  return {
    ...head,
    steps: rules.steps,
    poll: last && { at: last.at, verdict: last.verdict, text: last.text, metrics: JSON.parse(last.metrics) as MetricView[] },
    actions: actionsOf(store, seq).map(({ at, kind, by, text }) => ({ at, kind, by, text })),
  };
}

/** `support: v13   running   step 2 · 10 %   4f1c2a90` and why, where there is a reason. */
export function rolloutWords({ name, version, state, reason, step, applied, id }: RolloutRecord): string {
  return `${name}${version === undefined ? "" : `: ${version}`}   ${state}   step ${step + 1} · ${applied === undefined ? "weight not set yet" : `${applied} %`}   ${id.slice(0, 8)}${reason === undefined ? "" : `\n  ${reason}`}`;
}

export function rolloutLine({ id, name, version, state, createdAt, startedBy, reason }: RolloutRecord): string {
  return `${id.slice(0, 8)}  ${day(createdAt)} ${time(createdAt)}  ${name}${version === undefined ? "" : `: ${version}`}  ${state}  ${startedBy ?? ""}${reason === undefined ? "" : `  ${reason}`}`;
}

export function pollLine({ at, weight, text }: PollRecord): string {
  return `  ${time(at)}  ${weight === undefined ? "–" : `${weight} %`}  ${text}`;
}

export function actionLine({ at, by, text }: ActionRecord): string {
  return `  ${time(at)}  ${by}: ${text}`;
}

function time(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
