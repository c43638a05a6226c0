import { personOf } from "../../core/regression/workspace.ts";
import type { RolloutContext } from "../../core/rollouts/context.ts";
import { expectation, expectationWords, preflight, stepWords } from "../../core/rollouts/plan/preflight.ts";
import { loadPlan, PreflightFailed, startRollout } from "../../core/rollouts/start.ts";
import type { RequestKind, RolloutRecord } from "../../core/store/rollouts/records.ts";
import { requestAction } from "../../core/store/rollouts/transitions.ts";
import { rolloutContext } from "../../engine/controller/context.ts";
import { ensureController } from "../../engine/controller/launch.ts";
import { EXIT } from "../exit.ts";
import type { Front } from "../front.ts";
import { UsageError } from "../usage.ts";
import { findOrThrow, watch } from "./look.ts";
import { rolloutJson, rolloutWords } from "./words.ts";

interface StartOptions {
  wait?: boolean;
  json?: boolean;
}

/** What a rollout would be and do, and whether it could begin now. */
export async function planCommand(front: Front, name: string, version: string | undefined, options: StartOptions): Promise<number> {
  const context = await contextOf(front);
  const plan = await loadPlan(context, name, version);
  const { problems, notes, traffic } = await preflight(context, plan);
  const expected = traffic && traffic.perMinute > 0 ? expectation(plan, traffic) : undefined;
  if (options.json) front.print(JSON.stringify({ name, version: plan.version, steps: plan.rules.steps, stepMs: plan.rules.stepMs, pollMs: plan.pollMs, problems, notes, traffic, expected }));
  else {
    front.print(`${name}: ${stepWords(plan)}`);
    if (traffic && expected) front.print(expectationWords(traffic, expected, plan.rules.detect));
    for (const note of notes) front.print(`  · ${note}`);
    for (const problem of problems) front.print(`  ✗ ${problem}`);
    if (problems.length === 0) front.print("The preflight passed. Nothing was changed.");
  }
  return problems.length === 0 ? EXIT.ok : EXIT.error;
}

/** Starts a rollout, which goes on when this process ends. */
export async function startCommand(front: Front, name: string, version: string | undefined, options: StartOptions): Promise<number> {
  const workspace = await front.workspace();
  let rollout: RolloutRecord;
  try {
    rollout = await startRollout(await contextOf(front), { name, version, by: await personOf(workspace) });
  } catch (error) {
    if (!(error instanceof PreflightFailed)) throw error;
    if (options.json) front.print(JSON.stringify({ problems: error.problems }));
    front.say(error.message);
    return EXIT.error;
  }
  await ensureController(workspace, process.argv[1] as string);
  if (options.wait) return watch(front, rollout, options);
  front.print(options.json ? JSON.stringify(rolloutJson(workspace.store, rollout)) : `${rolloutWords(rollout)}\nIt goes on by itself. "llmops rollout watch ${rollout.id.slice(0, 8)}" shows how.`);
  return EXIT.ok;
}

/** Asks the controller of a rollout for something. */
export async function requestCommand(front: Front, kind: RequestKind, key: string | undefined, options: { json?: boolean }): Promise<number> {
  const workspace = await front.workspace();
  const rollout = findOrThrow(workspace.store, key);
  if (!requestAction(workspace.store, rollout, kind, await personOf(workspace), workspace.host.clock.now())) throw new UsageError(`The rollout ${rollout.name} has ended: it is ${rollout.state}.`);
  await ensureController(workspace, process.argv[1] as string);
  front.print(options.json ? JSON.stringify({ id: rollout.id, asked: kind }) : `Asked to ${kind}: ${rollout.name} (${rollout.id.slice(0, 8)}).`);
  return EXIT.ok;
}

async function contextOf(front: Front): Promise<RolloutContext> {
  return rolloutContext(await front.workspace(), process.argv[1] as string);
}
