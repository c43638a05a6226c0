import type { Store } from "../store.ts";

/** Names of metrics, parameters and tags that some run has, in order. */
export function usedNames(store: Store, most: number): { metrics: string[]; params: string[]; tags: string[] } {
  const names = (sql: string) => store.all<{ name: string }>(sql, most).map(({ name }) => name);
  return {
    metrics: names("SELECT name FROM metric_key k WHERE EXISTS (SELECT 1 FROM metric_last m WHERE m.key = k.id) ORDER BY name LIMIT ?"),
    params: names("SELECT DISTINCT key AS name FROM run_param ORDER BY key LIMIT ?"),
    tags: names("SELECT DISTINCT key AS name FROM run_tag ORDER BY key LIMIT ?"),
  };
}
