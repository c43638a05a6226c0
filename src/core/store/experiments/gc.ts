import type { Store } from "../store.ts";

export interface Collected {
  readonly outputs: number;
  /** Characters of them. */
  readonly size: number;
}

/** Outputs that nothing refers to any more: no result, no cached answer, no version of a suite, no pipeline. */
export function collectOutputs(store: Store): Collected {
  // Each deletion would look through tables that have no index on their output. The same lock that makes the list makes it true.
  store.db.exec("PRAGMA foreign_keys = OFF");
  try {
    return store.write(() => {
      const unused = `id NOT IN (SELECT output FROM result WHERE output IS NOT NULL UNION SELECT output FROM answer
        UNION SELECT body FROM version_file UNION SELECT definition FROM pipeline_run)`;
      const { size } = store.get<{ size: number }>(`SELECT coalesce(sum(length(body)), 0) AS size FROM output WHERE ${unused}`)!;
      return { outputs: store.run(`DELETE FROM output WHERE ${unused}`).changes, size };
    });
  } finally {
    store.db.exec("PRAGMA foreign_keys = ON");
  }
}
