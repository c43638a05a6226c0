import { expressionMistake } from "../metrics/derived.ts";
import type { DerivedMetric } from "../model.ts";
import { at, isRecord, locationOf, type Place, type SuiteSource } from "./source.ts";

/** `derivedMetrics: [{name, value}]`: expressions over the metrics that assertions name. */
export async function readDerivedMetrics(source: SuiteSource, value: unknown, place: Place): Promise<DerivedMetric[]> {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    source.report("error", "bad-derived-metric", "derivedMetrics is a list of {name, value: an expression}.", place);
    return [];
  }
  const metrics: DerivedMetric[] = [];
  for (const [index, item] of value.entries()) {
    const here = at(place, index);
    if (!isRecord(item) || typeof item["name"] !== "string" || typeof item["value"] !== "string") {
      source.report("error", "bad-derived-metric", "A derived metric is {name, value}: a name and an expression such as \"precision / __count\".", here);
      continue;
    }
    const { name, value: expression } = item as { name: string; value: string };
    const mistake = await expressionMistake(expression);
    if (mistake !== undefined) source.report("error", "bad-derived-metric", `This expression cannot be read: ${mistake}.`, at(here, "value"));
    else metrics.push({ name, expression, location: locationOf(here) });
  }
  return metrics;
}
