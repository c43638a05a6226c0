/** What Claude's generations refuse or do by themselves; a request that ignores it is answered with 400, or cut. */

/** Opus 4.7 and 4.8, and every model of generation 5 and later, take no temperature, top_p, top_k or thinking budget. */
export function takesNoSampling(model: string): boolean {
  return /(^|[^a-z0-9])claude-(opus-4-[78](?!\d)|[a-z][a-z0-9]*(-[a-z][a-z0-9]*){0,4}-([5-9]|[1-9]\d)(?![a-z0-9]))/i.test(model);
}

/** Thinking cannot be switched off. */
export function alwaysThinks(model: string): boolean {
  return /(^|[^a-z0-9])claude-(fable|mythos)-5(-1)?(?![a-z0-9])/i.test(model);
}

/** Thinks unless it is told not to. */
export function thinksByDefault(model: string): boolean {
  return alwaysThinks(model) || /(^|[^a-z0-9])claude-(opus|sonnet)-5(?![a-z0-9])/i.test(model);
}
