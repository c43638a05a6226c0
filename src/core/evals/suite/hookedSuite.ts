import { isDeepStrictEqual } from "node:util";
import type { Location } from "../../problem.ts";
import { type HookContext, HookError, type Hooks } from "../hooks/hooks.ts";
import type { Extension, Prompt, ProviderSpec } from "../model.ts";
import { canonicalJson } from "../providers/provider.ts";
import { readDraft } from "./draft.ts";
import { readScenarios } from "./scenarios.ts";
import { isRecord, placeAt, type SuiteSource } from "./source.ts";
import { readDefaults, type WrittenTests } from "./tests.ts";
import { writtenTest } from "./written.ts";

/** The parts of a suite that `beforeAll` may change. */
export interface HookedParts {
  readonly prompts: readonly Prompt[];
  readonly tests: WrittenTests;
  /** As written. */
  readonly filters: unknown;
  readonly derivedMetrics: unknown;
}

const CHANGING = ["prompts", "tests", "scenarios", "defaultTest", "nunjucksFilters", "derivedMetrics"];

/**
 * A suite as its `beforeAll` hooks leave it. They see data: prompts as `{raw, label, config}`, tests and defaults as they
 * are written with those of files among them, providers as `{id, label, config}`. Mistakes in what they change are said
 * where the extension stands. @returns `undefined` when a hook failed, which is a problem there.
 */
export async function hookedSuite(source: SuiteSource, config: Readonly<Record<string, unknown>>, parts: HookedParts, providers: readonly ProviderSpec[], hooks: Hooks, signal: AbortSignal): Promise<(HookedParts & { readonly changed: ReadonlySet<string> }) | undefined> {
  const { tests, prompts } = parts;
  const written = tests.tests.map(writtenTest);
  const given: Record<string, unknown> = {
    ...config,
    prompts: prompts.map(shown),
    providers: providers.map(({ id, label, config: own }) => ({ id, ...(label === undefined ? {} : { label }), config: own })),
    tests: written,
    defaultTest: tests.defaults ? { assert: [], ...writtenTest(tests.defaults) } : { assert: [] },
  };
  let by: Location | undefined;
  let after: Record<string, unknown>;
  try {
    ({ suite: after } = await hooks.call("beforeAll", { suite: given }, (before, returned, extension) => {
      by = extension.location;
      return { suite: suiteOf(before.suite, returned, extension) };
    }, signal));
  } catch (error) {
    if (!(error instanceof HookError)) throw error;
    source.report("error", "hook-failed", error.message, error.extension.location);
    return undefined;
  }
  const changed = new Set(CHANGING.filter((key) => !isDeepStrictEqual(after[key], given[key])));
  if (!by || changed.size === 0) return { ...parts, changed };
  const location = by;
  const place = placeAt(location);
  const list = (key: string): unknown[] => {
    const value = after[key] ?? [];
    if (Array.isArray(value)) return value;
    source.report("error", "hook-failed", `beforeAll made ${key} that are no list.`, place);
    return [];
  };
  const known = new Map(written.map((one, index) => [canonicalJson(one), tests.tests[index]]));
  const draftOf = (test: unknown) => {
    const same = known.get(canonicalJson(test));
    if (same) return same;
    if (isRecord(test)) return readDraft(source, test, place);
    source.report("error", "hook-failed", "beforeAll made a test that is no object such as {vars: {…}, assert: […]}.", place);
    return undefined;
  };
  return {
    changed,
    prompts: changed.has("prompts") ? list("prompts").flatMap((prompt, index) => promptOf(source, prompt, index, prompts, location)) : prompts,
    tests: {
      defaults: changed.has("defaultTest") ? await readDefaults(source, after["defaultTest"], place) : tests.defaults,
      tests: changed.has("tests") ? (await Promise.all(list("tests").map(draftOf))).filter((draft) => draft !== undefined) : tests.tests,
      scenarios: changed.has("scenarios") ? await readScenarios(source, after["scenarios"], place) : tests.scenarios,
    },
    filters: after["nunjucksFilters"],
    derivedMetrics: after["derivedMetrics"],
  };
}

/** What promptfoo takes of a returned suite. @throws {HookError} when something else was changed: it would have no effect. */
function suiteOf(before: Record<string, unknown>, { suite }: HookContext, extension: Extension): Record<string, unknown> {
  if (!isRecord(suite)) throw new HookError(extension, `beforeAll of ${extension.written} returned no {suite: …}. Return the context that it was given, or nothing.`);
  const other = Object.keys(suite).find((key) => !CHANGING.includes(key) && suite[key] !== undefined && !isDeepStrictEqual(suite[key], before[key]));
  if (other !== undefined) throw new HookError(extension, `beforeAll of ${extension.written} changed ${other}, which is decided by then. It may change ${CHANGING.join(", ")}; write ${other} in the suite.`);
  return { ...before, ...Object.fromEntries(CHANGING.map((key) => [key, suite[key]])) };
}

function shown({ template, label, config }: Prompt): object {
  return { raw: template, label, ...(Object.keys(config).length === 0 ? {} : { config }) };
}

/** A prompt with another text stays the one of its label; its text then is a template, also where code made it before. */
function promptOf(source: SuiteSource, value: unknown, index: number, prompts: readonly Prompt[], location: Location): Prompt[] {
  const same = prompts.find((prompt) => isDeepStrictEqual(shown(prompt), value));
  if (same) return [same];
  if (!isRecord(value) || typeof value["raw"] !== "string") {
    source.report("error", "hook-failed", "beforeAll made a prompt that is no {raw: its text, label}.", location);
    return [];
  }
  const { raw, config } = value;
  const label = typeof value["label"] === "string" ? value["label"] : `beforeAll#${index}`;
  const known = prompts.find((prompt) => prompt.label === label);
  const { code, ...rest } = known ?? { key: label, label, location };
  return [{ ...rest, ...(code && raw === known?.template ? { code } : {}), template: raw, config: isRecord(config) ? config : {} }];
}
