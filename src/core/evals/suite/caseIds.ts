import { contentHash } from "../../store/store.ts";
import type { Case } from "../model.ts";
import { canonicalJson } from "../providers/provider.ts";

/**
 * Gives the cases of one suite their identities, by which they are paired with those of the baseline: the id
 * that the test has, else a hash of description and variables; a second occurrence gets `~2`. Assertions are
 * no part of it.
 */
export function caseIds(): (test: Pick<Case, "description" | "vars">, own?: string) => string {
  const taken = new Map<string, number>();
  return ({ description, vars }, own) => {
    const name = own ?? contentHash(canonicalJson([description ?? null, vars])).slice(0, 12);
    let ordinal = (taken.get(name) ?? 0) + 1;
    while (ordinal > 1 && taken.has(`${name}~${ordinal}`)) ordinal++;
    taken.set(name, ordinal);
    if (ordinal === 1) return name;
    const id = `${name}~${ordinal}`;
    taken.set(id, 1);
    return id;
  };
}
