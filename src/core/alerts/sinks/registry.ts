import type { Rule } from "../rule.ts";
import { alertmanagerSink } from "./alertmanager.ts";
import { emailSink } from "./email.ts";
import { pagerDutySink } from "./pagerduty.ts";
import type { Sink, SinkContext } from "./sink.ts";
import { slackSink } from "./slack.ts";
import { webhookSink } from "./webhook.ts";

/** Who is told over a network; the editor sees the store. */
export type SinkName = Exclude<Rule["action"][number], "editor">;

export const SINKS: Readonly<Record<SinkName, (context: SinkContext) => Sink>> = {
  slack: slackSink,
  pagerduty: pagerDutySink,
  email: emailSink,
  alertmanager: alertmanagerSink,
  webhook: webhookSink,
};
