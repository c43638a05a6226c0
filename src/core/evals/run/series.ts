import type { Case, Prompt, ProviderSpec, Suite } from "../model.ts";
import type { Provider } from "../providers/provider.ts";
import type { SuiteCode } from "../suiteCode/pool.ts";
import { hooksFingerprint } from "../hooks/hooks.ts";
import type { HookedTest } from "./hookedTests.ts";
import type { Made } from "./made.ts";
import { isCodeFile } from "../suiteCode/transform.ts";

/** One side of a comparison: a prompt asked of a provider. */
export interface Side {
  readonly prompt: Prompt;
  readonly provider: Provider;
  /** Those that tests name for themselves, which are asked instead. */
  readonly own?: ReadonlyMap<ProviderSpec, Provider>;
  /** What its outputs become before anything else. */
  readonly transform?: string;
  /** What is taken of an answer's body, which then is all that the provider gives. */
  readonly response?: string;
  /** What runs this version's code, where that is not as it is today. */
  readonly code?: SuiteCode;
  /** Filters of the version's templates that are code. */
  readonly filters?: Suite["filters"];
  /** Of the code of its hooks that may decide an answer. */
  readonly hooks?: string;
  /** Its tests as hooks leave them, where there are any. */
  readonly hookedTests?: ReadonlyMap<Case, HookedTest>;
  /** What code has made of tests' questions, where any has. */
  readonly made?: ReadonlyMap<Case, Made>;
  /** Its id, which tests may name it by beside its label, and code of the suite's is told. */
  readonly providerId?: string;
}

/** A prompt under a provider, compared only with itself. Without a `baseline` there is nothing to compare with. */
export interface Series {
  readonly key: string;
  readonly current: Side;
  readonly baseline: Side | undefined;
}

export type CreateProvider = (spec: ProviderSpec) => Provider | undefined;

/** The version that a suite is compared with, and what makes its providers and runs its code. */
export interface BaselineSuite {
  readonly suite: Suite;
  readonly create: CreateProvider;
  readonly code?: SuiteCode;
}

/**
 * The series of a suite, in promptfoo's order. `create` makes a provider of a specification; one
 * that cannot be made (it is a problem of the suite already) has no series.
 * @param own providers of single tests, for both versions: both are asked today's tests.
 */
export function seriesOf(suite: Suite, create: CreateProvider, baseline: BaselineSuite | undefined, own?: Side["own"]): Series[] {
  const now = suite.providers.map((spec) => ({ spec, provider: create(spec) }));
  const then = baseline?.suite.providers.map((spec) => ({ spec, provider: baseline.create(spec) })) ?? [];
  const series: Series[] = [];
  for (const { spec, provider } of now) {
    if (!provider) continue;
    for (const prompt of suite.prompts) {
      if (!serves(spec, prompt)) continue;
      const oldPrompt = baseline?.suite.prompts.find((candidate) => candidate.key === prompt.key);
      const old = then.find((candidate) => candidate.provider?.key === provider.key);
      const oldProvider = old?.provider;
      series.push({
        key: `${prompt.key} · ${provider.key}`,
        current: { prompt, provider, providerId: spec.id, own, transform: spec.transform, response: spec.response, filters: suite.filters, hooks: hooksFingerprint(suite.extensions ?? []) },
        baseline: oldPrompt && oldProvider ? { prompt: oldPrompt, provider: oldProvider, providerId: old.spec.id, own, filters: baseline?.suite.filters, transform: old.spec.transform, response: old.spec.response, code: baseline?.code, hooks: hooksFingerprint(baseline?.suite.extensions ?? []) } : undefined,
      });
    }
  }
  return series;
}

/** A test as a side asks it: as hooks leave it, where they could. */
export function testOf({ hookedTests }: Pick<Side, "hookedTests">, test: Case): Case {
  const hooked = hookedTests?.get(test);
  return hooked && !("error" in hooked) ? hooked : test;
}

/** Whether the same answer is judged alike on both sides. */
export function judgedAlike(a: Side, b: Side): boolean {
  if (a.transform !== b.transform || a.response !== b.response) return false;
  return a.code === b.code || ![a.transform, a.response].some((code) => code !== undefined && isCodeFile(code));
}

/** Whether a test runs under a series: `prompts` and `providers` of the test name what it is limited to. */
export function runsUnder(test: Case, { current }: Series): boolean {
  return names(test.prompts, current.prompt.label, current.prompt.key) && names(test.providers, current.provider.key, current.providerId ?? current.provider.key);
}

function serves(spec: ProviderSpec, prompt: Prompt): boolean {
  return names(spec.prompts, prompt.label, prompt.key);
}

function names(filter: readonly string[] | undefined, ...candidates: string[]): boolean {
  return filter === undefined || filter.some((pattern) => candidates.some((name) => named(name, pattern)));
}

/** Whether a name is meant: by all of it, by its beginning before a star, or by its beginning before a colon. */
export function named(name: string, pattern: string): boolean {
  return name === pattern || (pattern.endsWith("*") && name.startsWith(pattern.slice(0, -1))) || name.startsWith(`${pattern}:`);
}
