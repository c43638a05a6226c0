import { isDeepStrictEqual } from "node:util";
import { contentHash } from "../../store/store.ts";
import { canonicalJson } from "../providers/provider.ts";
import { transformedVars } from "./callCode.ts";
import type { Draft } from "./draft.ts";
import { isRecord, type Place, type SuiteSource } from "./source.ts";
import { merged, readVars, withoutMade } from "./vars.ts";

/** Of tests with `transformVars` what it makes of their variables, which is expanded. */
export async function transformedTests(source: SuiteSource, drafts: readonly Draft[], defaults: Draft | undefined): Promise<ReadonlyMap<Draft, Record<string, unknown>>> {
  const codeOf = (draft: Draft) => draft.options["transformVars"] || defaults?.options["transformVars"];
  const own = drafts.filter((draft) => typeof codeOf(draft) === "string");
  return new Map(await Promise.all(own.map(async (draft) => [draft, await transformedBy(source, codeOf(draft) as string, merged(defaults?.vars, draft.vars), draft.place)] as const)));
}

async function transformedBy(source: SuiteSource, code: string, vars: Record<string, unknown>, place: Place): Promise<Record<string, unknown>> {
  const given = withoutMade(vars);
  const made = await transformedVars(source, code, given.vars, { prompt: {}, uuid: stableUuid(given.vars) }, place);
  if (!made) return vars;
  if (!isRecord(made.value)) {
    source.report("error", "code-failed", "transformVars must give an object of variables.", place);
    return vars;
  }
  // What is as it was may be one that code makes; what is new may name a file.
  const changed = Object.fromEntries(Object.entries(made.value).filter(([name, value]) => !isDeepStrictEqual(value, given.vars[name])));
  return { ...vars, ...(await readVars(source, changed, () => place)) };
}

/** promptfoo gives a random one; the same variables are the same case here. */
function stableUuid(vars: unknown): string {
  const hash = contentHash(canonicalJson(vars));
  return [hash.slice(0, 8), hash.slice(8, 12), `5${hash.slice(13, 16)}`, `8${hash.slice(17, 20)}`, hash.slice(20, 32)].join("-");
}
