import { isDeepStrictEqual } from "node:util";
import { type HookContext, HookError, type Hooks } from "../hooks/hooks.ts";
import type { Case } from "../model.ts";
import { isRecord, placeAt, SuiteSource } from "./source.ts";
import { rewritten } from "./tests.ts";

/** Decided before the hook is called. */
const FIXED: readonly (readonly [string, ...string[]])[] = [["provider"], ["providers"], ["prompts"], ["options", "prefix"], ["options", "suffix"], ["options", "repeat"], ["options", "runSerially"], ["options", "storeOutputAs"], ["options", "disableConversationVar"], ["options", "transformVars"], ["metadata", "conversationId"]];

type SourceOptions = ConstructorParameters<typeof SuiteSource>;

/**
 * A test as its suite's `beforeEach` hooks leave it; itself where they change nothing.
 * @param source what files that a changed test names are read through.
 * @throws {HookError} when a hook fails, or makes a test that cannot run.
 */
export async function testAfterHooks(test: Case, hooks: Hooks, source: SourceOptions, signal: AbortSignal): Promise<Case> {
  const given = test.written ?? {};
  let by: HookError["extension"] | undefined;
  const { test: after } = await hooks.call("beforeEach", { test: given }, (before, { test: returned }: HookContext, extension) => {
    by = extension;
    if (!isRecord(returned)) throw new HookError(extension, `beforeEach of ${extension.written} returned no {test: …}. Return the context that it was given, or nothing.`);
    const fixed = FIXED.find((path) => !isDeepStrictEqual(valueAt(returned, path), valueAt(before.test, path)));
    if (fixed) throw new HookError(extension, `beforeEach of ${extension.written} changed ${fixed.join(".")} of a test, which is decided by then. Write it in the test, or change it in beforeAll.`);
    return { test: returned };
  }, signal);
  if (!by || isDeepStrictEqual(after, given)) return test;
  const reading = new SuiteSource(...source);
  const made = await rewritten(reading, test, after as Record<string, unknown>, placeAt(by.location));
  const mistake = reading.problems.find(({ severity }) => severity === "error");
  if (mistake) throw new HookError(by, `beforeEach of ${by.written} made a test that cannot run: ${mistake.message}`);
  // What is as it was keeps its places.
  const same = (key: string) => isDeepStrictEqual((after as Record<string, unknown>)[key], given[key]);
  return { ...made, ...(same("assert") ? { assert: test.assert } : {}), ...(same("options") ? { options: test.options } : {}), ...(test.provider ? { provider: test.provider } : {}) };
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((node, step) => (isRecord(node) ? node[step] : undefined), value);
}
