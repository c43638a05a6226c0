import type { Http } from "../../host.ts";
import type { Store } from "../../store/store.ts";
import type { Traces } from "../../traces/db.ts";
import type { Reading, Rule } from "../rule.ts";
import { readPrometheus } from "./prometheus.ts";
import { readRuns } from "./runs.ts";
import { readTraces } from "./traces.ts";

/** Where metrics are read. */
export interface Sources {
  readonly store: Store;
  /** Opened for the first rule that asks for them. */
  readonly traces: () => Promise<Traces>;
  readonly http: Pick<Http, "send">;
}

/** What a rule's metric is now, for each set of labels; none where there is no data. @throws when the source cannot be asked. */
export async function readMetric(rule: Rule, sources: Sources, now: number): Promise<Reading[]> {
  const { source } = rule;
  switch (source.kind) {
    case "traces":
      return readTraces(rule.metric, source, await sources.traces(), now);
    case "runs":
      return readRuns(rule.metric, source.suite, sources.store);
    case "prometheus":
      return readPrometheus(source, sources.http);
  }
}
