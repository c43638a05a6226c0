import { originOf } from "../../config/approvals.ts";
import { type Notice, summaryOf } from "../notice.ts";
import { postJson } from "./post.ts";
import { type Sink, type SinkContext, resolved, SinkError } from "./sink.ts";

const URL = "https://events.pagerduty.com";
const SEVERITIES = { info: "info", warning: "warning", page: "critical" } as const;

/** Events API v2 (https://developer.pagerduty.com/docs/events-api-v2/trigger-events/): the dedup key makes a repetition harmless. */
export function pagerDutySink(context: SinkContext): Sink {
  return {
    preview: ({ notices }) => ({ events: notices.map((notice) => eventOf(notice, "…")) }),
    async send({ notices, now }) {
      const { routingKey, url = URL } = context.notifications.pagerduty ?? {};
      if (routingKey === undefined) throw new SinkError("notifications.pagerduty is not set in llmops.yaml.", false);
      const key = await resolved(routingKey, originOf(url) ?? URL, context);
      for (const notice of notices) await postJson(context.http, "PagerDuty", `${url.replace(/\/+$/, "")}/v2/enqueue`, JSON.stringify(eventOf(notice, key)), {}, now);
    },
  };
}

function eventOf(notice: Notice, routingKey: string): object {
  const { fingerprint, episode, status, severity, labels, metric, value, startsAt, playbook } = notice;
  const key = { routing_key: routingKey, event_action: status === "firing" ? "trigger" : "resolve", dedup_key: `${fingerprint}:${episode}` };
  if (status === "resolved") return key;
  return { ...key, payload: { summary: summaryOf(notice).slice(0, 1024), source: "llmops", severity: SEVERITIES[severity], timestamp: startsAt, custom_details: { metric, value: value ?? "no data", labels, ...(playbook === undefined ? {} : { playbook }) } } };
}
