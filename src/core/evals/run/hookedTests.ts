import { type Case, JudgeError } from "../model.ts";
import { runsUnder, type Series, type Side } from "./series.ts";

/** A test as a version's `beforeEach` hooks leave it, or why they could not. */
export type HookedTest = Case | { readonly error: string };

/** Calls the `beforeEach` hooks for a test. */
export type BeforeEach = (test: Case) => Promise<Case>;

/**
 * The series with the tests as `beforeEach` hooks leave them: called once a test and series, for all of its repeats, in
 * promptfoo's order. A baseline with hooks of its own has its tests by those.
 */
export async function withHookedTests(series: readonly Series[], tests: readonly Case[], now: BeforeEach | undefined, then: BeforeEach | undefined): Promise<Series[]> {
  if (!now && !then) return [...series];
  const sides = series.map((one) => ({ one, current: new Map<Case, HookedTest>(), baseline: new Map<Case, HookedTest>() }));
  const calls: Promise<void>[] = [];
  for (const test of tests) {
    for (const { one, current, baseline } of sides) {
      if (!runsUnder(test, one)) continue;
      if (now) calls.push(hooked(test, now).then((made) => void current.set(test, made)));
      if (then && one.baseline) calls.push(hooked(test, then).then((made) => void baseline.set(test, made)));
    }
  }
  await Promise.all(calls);
  return sides.map(({ one, current, baseline }) => ({ ...one, current: withTests(one.current, now && current), baseline: one.baseline && withTests(one.baseline, one.baseline.hooks === one.current.hooks ? now && current : then && baseline) }));
}

async function hooked(test: Case, beforeEach: BeforeEach): Promise<HookedTest> {
  try {
    return await beforeEach(test);
  } catch (error) {
    if (!(error instanceof JudgeError)) throw error;
    return { error: error.message };
  }
}

function withTests(side: Side, hookedTests: ReadonlyMap<Case, HookedTest> | undefined): Side {
  return hookedTests ? { ...side, hookedTests } : side;
}
