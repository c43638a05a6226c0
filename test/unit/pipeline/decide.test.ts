import assert from "node:assert/strict";
import fc from "fast-check";
import type { StageConfig } from "../../../src/core/config/schema.ts";
import { decide, outcomeOf } from "../../../src/core/pipeline/run/decide.ts";
import type { RunRecord, StageRecord } from "../../../src/core/store/pipeline/records.ts";
import { before as allowedBefore, hasEnded, isGood, type StageState } from "../../../src/core/store/pipeline/states.ts";

const OUTCOMES = ["passed", "warned", "failed", "timed-out"] as const;

interface Plan {
  readonly definition: StageConfig;
  readonly outcome: (typeof OUTCOMES)[number];
  readonly approved: boolean;
}

/** Stages that need only stages before them in some order, listed in another. */
const plans = fc
  .array(fc.record({ needs: fc.array(fc.nat(9), { maxLength: 3 }), approval: fc.boolean(), outcome: fc.constantFrom(...OUTCOMES), approved: fc.boolean() }), { minLength: 1, maxLength: 10 })
  .chain((drafts) => {
    const made = drafts.map(({ needs, approval, ...rest }, index): Plan => {
      const needed = [...new Set(needs.filter((at) => at < index))].map((at) => `s${at}`);
      return { ...rest, definition: { name: `s${index}`, trigger: "manual", needs: needed, approval, runsOn: "local", steps: [] } };
    });
    return fc.shuffledSubarray(made, { minLength: made.length });
  });

describe("the rules of a run", () => {
  it("bring every run to its end: nothing starts before what it needs, unapproved, twice, or as a fifth", () => {
    fc.assert(
      fc.property(plans, fc.infiniteStream(fc.nat()), (stages, random) => {
        const state = new Map<string, StageState>(stages.map(({ definition }) => [definition.name, "queued"]));
        const decided = new Set<string>();
        const active = new Set<string>();
        const move = (name: string, to: StageState) => {
          assert.ok(allowedBefore("stage", to).includes(state.get(name)!), `${name}: ${state.get(name)} → ${to}`);
          state.set(name, to);
        };
        const run = () =>
          ({
            stages: stages.map(({ definition: { name }, approved }) => ({ name, state: state.get(name), approval: decided.has(name) ? { state: approved ? "approved" : "rejected" } : undefined }) as StageRecord),
          }) as unknown as RunRecord;
        for (let step = 0; step < 100; step++) {
          const actions = decide({ run: run(), definitions: stages.map(({ definition }) => definition), active, most: 4, elsewhere: () => undefined });
          for (const action of actions) {
            const { definition, approved } = stages.find(({ definition: { name } }) => name === action.stage.name)!;
            if (action.kind === "start") {
              assert.ok(definition.needs.every((name) => isGood(state.get(name)!)));
              assert.ok(!definition.approval || (approved && decided.has(definition.name)));
              move(definition.name, "running");
              active.add(definition.name);
              assert.ok(active.size <= 4);
            } else move(action.stage.name, action.kind === "ask" ? "waiting" : action.kind === "skip" ? "skipped" : "failed");
          }
          if (actions.length > 0) continue;
          const waiting = stages.map(({ definition: { name } }) => name).filter((name) => state.get(name) === "waiting" && !decided.has(name));
          const next = [...active, ...waiting];
          if (next.length === 0) break;
          const name = next[random.next().value! % next.length]!;
          if (active.delete(name)) move(name, stages.find(({ definition }) => definition.name === name)!.outcome);
          else decided.add(name);
        }
        assert.ok([...state.values()].every(hasEnded), JSON.stringify([...state]));
        const outcome = outcomeOf(run());
        assert.equal(outcome === "passed" || outcome === "warned", [...state.values()].every((is) => isGood(is)));
      }),
      { numRuns: 500 },
    );
  });
});
