import { ProblemError } from "../../core/problem.ts";
import { personOf, type Workspace } from "../../core/regression/workspace.ts";
import { evidenceText } from "../../core/rollouts/evidence.ts";
import { rolloutsOverview } from "../../core/rollouts/overview.ts";
import { expectation, expectationWords, preflight, stepWords } from "../../core/rollouts/plan/preflight.ts";
import { loadPlan, PreflightFailed, startRollout } from "../../core/rollouts/start.ts";
import { findRollout, openRollouts } from "../../core/store/rollouts/records.ts";
import { requestAction, TargetTaken } from "../../core/store/rollouts/transitions.ts";
import { watchStore } from "../../core/store/watch.ts";
import { rolloutContext } from "../../engine/controller/context.ts";
import { ensureController } from "../../engine/controller/launch.ts";
import type { RolloutAnswer, RolloutPlanView, RolloutsAction, RolloutsOverview } from "../../protocol/rollouts.ts";

/** Everything the editor asks of rollouts. They are driven by a controller of their own; here they are begun and watched. */
export class RolloutWork {
  private readonly changed: (folder: string, overview: RolloutsOverview) => void;
  private readonly watched = new Set<string>();

  constructor(changed: (folder: string, overview: RolloutsOverview) => void) {
    this.changed = changed;
  }

  async perform(folder: string, workspace: Workspace, action: RolloutsAction): Promise<unknown> {
    const { store, host } = workspace;
    const context = rolloutContext(workspace, entry());
    switch (action.kind) {
      case "overview":
        await this.watch(folder, workspace);
        return rolloutsOverview(context);
      case "plan": {
        const plan = await loadPlan(context, action.name, action.version);
        const { problems, notes, traffic } = await preflight(context, plan);
        return { steps: stepWords(plan), problems, notes, expectation: traffic && traffic.perMinute > 0 ? expectationWords(traffic, expectation(plan, traffic), plan.rules.detect) : undefined } satisfies RolloutPlanView;
      }
      case "start":
        return this.guarded(async () => {
          const { id } = await startRollout(context, { ...action, by: await personOf(workspace) });
          await ensureController(workspace, entry());
          return { id };
        });
      case "ask":
        return this.guarded(async () => {
          const rollout = findRollout(store, action.id);
          if (!rollout || !requestAction(store, rollout, action.request, await personOf(workspace), host.clock.now())) return { message: "This rollout has ended." };
          await ensureController(workspace, entry());
          return { id: rollout.id };
        });
      case "evidence": {
        const rollout = findRollout(store, action.id);
        return rollout ? evidenceText(context, rollout) : "";
      }
    }
  }

  /** Tells what becomes of rollouts, whoever drives them; one that nobody drives after a crash or a reboot goes on. */
  private async watch(folder: string, workspace: Workspace): Promise<void> {
    const { store, host, root } = workspace;
    if (this.watched.has(root)) return;
    this.watched.add(root);
    let seen = store.lastEvent();
    watchStore(store, host.clock, () => {
      const events = store.eventsAfter(seen);
      seen = events.at(-1)?.seq ?? seen;
      if (events.some(({ kind }) => kind === "rollout-changed")) void rolloutsOverview(rolloutContext(workspace, entry())).then((overview) => this.changed(folder, overview));
    });
    if (openRollouts(store).length > 0) await ensureController(workspace, entry()).catch((error: unknown) => host.log.error(`The rollouts of ${folder} are not driven: ${error instanceof Error ? error.message : String(error)}`));
  }

  private async guarded(work: () => Promise<RolloutAnswer>): Promise<RolloutAnswer> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof PreflightFailed || error instanceof TargetTaken || error instanceof ProblemError) return { message: error.message };
      throw error;
    }
  }
}

/** The bundle's own. */
function entry(): string {
  return process.argv[1] as string;
}
