import type { Store } from "../../store/store.ts";
import type { Reading } from "../rule.ts";

/** Of the last run of a suite that was judged whole, the series that decides its verdict. A run without the metric is no data. */
export function readRuns(metric: string, suite: string, store: Store): Reading[] {
  const run = store.get<{ id: number }>(
    "SELECT r.id FROM run e JOIN experiment_run r ON r.eval = e.seq WHERE (e.suite = ?1 OR substr(e.suite, 1, length(?1) + 1) = ?1 || '/') AND e.state = 'finished' AND e.partial = 0 ORDER BY e.seq DESC LIMIT 1",
    suite,
  );
  const row = run && store.get<{ value: number | null }>("SELECT value FROM metric_last JOIN metric_key ON metric_key.id = metric_last.key WHERE run = ? AND name = ?", run.id, metric);
  return [{ labels: {}, value: row?.value ?? undefined }];
}
