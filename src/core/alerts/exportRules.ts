import { stringify } from "yaml";
import { thresholdOf } from "./notice.ts";
import type { Rule } from "./rule.ts";

/**
 * The rules that Prometheus can evaluate itself, as its rule file
 * (https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/); names of the others.
 */
export function prometheusRules(rules: readonly Rule[]): { readonly text: string; readonly left: readonly string[] } {
  const exported = rules.flatMap((rule) => (rule.source.kind === "prometheus" ? [{ rule, query: rule.source.query }] : []));
  const text = stringify(
    {
      groups: [
        {
          name: "llmops",
          rules: exported.map(({ rule, query }) => ({
            alert: rule.name,
            expr: expressionOf(rule, query),
            ...(rule.for === undefined ? {} : { for: `${Math.ceil(rule.for / 1000)}s` }),
            ...(rule.clearFor === undefined ? {} : { keep_firing_for: `${Math.ceil(rule.clearFor / 1000)}s` }),
            labels: { ...rule.labels, severity: rule.severity },
            annotations: { summary: `${rule.metric} is {{ $value }} (${thresholdOf(rule)})`, ...(rule.playbook === undefined ? {} : { playbook: rule.playbook }) },
          })),
        },
      ],
    },
    { lineWidth: 0 },
  );
  return { text, left: rules.filter(({ source }) => source.kind !== "prometheus").map(({ name }) => name) };
}

function expressionOf({ above, below, noData }: Rule, query: string): string {
  const breach = [...(above === undefined ? [] : [`(${query}) > ${above}`]), ...(below === undefined ? [] : [`(${query}) < ${below}`])].join(" or ");
  return noData === "alert" ? `${breach} or absent(${query})` : breach;
}
