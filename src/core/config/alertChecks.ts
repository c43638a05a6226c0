import type { Finding } from "./checks.ts";
import type { LlmopsConfig } from "./schema.ts";
import type { Path } from "./yaml.ts";

/** What is measured of the spans of a window. */
const OF_TRACES = ["calls", "error-rate", "latency-p50", "latency-p95", "tokens"];

/** What is wrong with `alerts:` as a whole: metrics that do not exist, names twice, and actions without an address. */
export function* alertFindings({ alerts = [], notifications = {} }: LlmopsConfig): Iterable<Finding> {
  const seen = new Set<string>();
  for (const [index, { name, metric, source, action, above, below, clear }] of alerts.entries()) {
    const path = ["alerts", index];
    if (seen.has(name)) yield error(`The name ${JSON.stringify(name)} is used twice: rename one of the alerts.`, [...path, "name"]);
    seen.add(name);
    if (source.kind === "traces" && !OF_TRACES.includes(metric)) yield error(`Traces have no ${metric}: ${OF_TRACES.join(", ")}. For a metric of a suite write source: { kind: runs, suite: … }.`, [...path, "metric"]);
    if (clear !== undefined && (above === undefined) === (below === undefined)) yield error("clear goes with one of above and below.", [...path, "clear"]);
    else if (clear !== undefined && (above === undefined ? clear < below! : clear > above)) yield error(`clear is on the side of the threshold where the alert fires: write ${above === undefined ? `${below} or more` : `${above} or less`}.`, [...path, "clear"]);
    for (const [at, each] of action.entries()) if (each !== "editor" && !notifications[each]) yield { ...error(`${each} has no address, so that nobody is told there: add it to notifications.`, [...path, "action", at]), severity: "warning" };
  }
}

function error(message: string, path: Path): Finding {
  return { severity: "error", code: "config-alert", message, path, part: "value" };
}
