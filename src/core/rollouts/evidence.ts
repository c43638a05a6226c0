import type { RolloutRecord } from "../store/rollouts/records.ts";
import { actionsOf, planOf, pollsOf } from "../store/rollouts/records.ts";
import type { RolloutContext } from "./context.ts";
import type { RolloutPlan } from "./plan/plan.ts";
import { samplesAnswer, type SamplesAnswer } from "./targets/contract.ts";
import { openPlan } from "./targets/open.ts";
import { TargetError } from "./targets/target.ts";

const POLLS = 200;
const SAMPLES = 20;

/** A rollout as a text to read and to keep: why it is what it is, what failed, what was done, every poll. */
export async function evidenceText(context: RolloutContext, rollout: RolloutRecord): Promise<string> {
  const { store } = context.workspace;
  const plan = JSON.parse(planOf(store, rollout.seq)) as RolloutPlan;
  const time = (at: number) => new Date(at).toTimeString().slice(0, 8);
  const failed = await failedSamples(context, plan, rollout.createdAt);
  const title = `# ${rollout.name}${rollout.version === undefined ? "" : `: ${rollout.version}`}, ${rollout.state} at ${rollout.applied ?? 0} %`;
  return [
    title,
    ...(rollout.reason === undefined ? [] : ["", rollout.reason]),
    "",
    "## What was done",
    "",
    ...actionsOf(store, rollout.seq).map(({ at, by, text }) => `- ${time(at)} ${by}: ${text}`),
    ...(failed.length === 0 ? [] : ["", "## Failed requests of the canary, the last ones", "", ...failed.flatMap(({ at, status, latencyMs, input, output }) => [`- ${time(at)} HTTP ${status}${latencyMs === undefined ? "" : ` after ${Math.round(latencyMs)} ms`}`, fenced(input), fenced(output)])]),
    "",
    "## Polls, the last ones",
    "",
    ...pollsOf(store, rollout.seq, { limit: POLLS }).reverse().map(({ at, weight, text }) => `- ${time(at)} ${weight === undefined ? "–" : `${weight} %`} ${text}`),
    "",
  ].join("\n");
}

/** What somebody else wrote, as it is. */
function fenced(text: string): string {
  return `  ${text.replaceAll("\n", "\n  ")}`;
}

async function failedSamples(context: RolloutContext, plan: RolloutPlan, since: number): Promise<SamplesAnswer["samples"]> {
  try {
    const { contract } = await openPlan(context, plan);
    if (!contract) return [];
    const { value } = await contract.api.json("GET", `/targets/${encodeURIComponent(contract.target)}/samples?after=0&failed=true&variant=canary`, samplesAnswer);
    return value.samples.filter(({ at }) => at >= since).slice(-SAMPLES);
  } catch (error) {
    if (error instanceof TargetError) return [];
    throw error;
  }
}
