import type { Store } from "../store.ts";

/** Names of metrics, parameters and tags that some run has, in order. */
export function usedNames(store: Store, most: number): { metrics: string[]; params: string[]; tags: string[] } {
  const names = (sql: string) => store.all<{ name: string }>(sql, most).map(({ name }) => name);
  return {
    metrics: names("SELECT name FROM metric_key k WHERE EXISTS (SELECT 1 FROM metric_last m WHERE m.key = k.id) ORDER BY name LIMIT ?"),
    params: names(distinctKeys("run_param")),
    tags: names(distinctKeys("run_tag")),
  };
}

/** From one key to the next in the index: there are few, and each has as many rows as there are runs. */
function distinctKeys(table: "run_param" | "run_tag"): string {
  return `WITH RECURSIVE names(name) AS (
    SELECT min(key) FROM ${table} UNION ALL SELECT (SELECT min(key) FROM ${table} WHERE key > name) FROM names WHERE name IS NOT NULL
  ) SELECT name FROM names WHERE name IS NOT NULL LIMIT ?`;
}
