import * as z from "zod";
import { isLoopback } from "./approvals.ts";
import { hasReference } from "./references.ts";
import { CLEAR_TEXT_KEY, duration, rate, relativePath, secretText, text, webAddress } from "./schemaFields.ts";

export const features = z.strictObject({
  kind: z.enum(["feast", "local"]).describe("feast: a Feast server; local: values kept in this folder's store."),
  url: webAddress("http://127.0.0.1:6566").optional().describe("Address of the Feast server."),
  service: text().optional().describe("Name of the feature service."),
});

export const experiments = z.strictObject({
  mlflow: z
    .strictObject({
      url: webAddress("http://127.0.0.1:5000").describe("Address of an MLflow tracking server."),
      experiment: text().optional().describe("Name of the experiment there. Without it, a run keeps the name of its own."),
      token: secretText().optional().describe("Where the server asks for one: always a reference such as ${secret:MLFLOW_TOKEN}."),
      username: text().optional().describe("Where the server asks for a user and a password."),
      password: secretText().optional().describe("Always a reference such as ${secret:MLFLOW_PASSWORD}."),
    })
    .optional()
    .describe("An MLflow tracking server, for llmops mlflow push and pull."),
});

export const observability = z.strictObject({
  otlp: webAddress("http://127.0.0.1:4318").optional().describe("OTLP over HTTP: where traces, metrics and logs are sent."),
  traces: z.strictObject({ sampling: rate().optional().describe("Share of the traces that is sent: 0.1 or 10%.") }).optional().describe("Traces of runs and calls."),
  metrics: z.strictObject({ interval: duration().optional().describe("How often metrics are sent: 60s.") }).optional().describe("Metrics of runs and endpoints."),
  logs: z.strictObject({ level: z.enum(["debug", "info", "warn", "error"]).optional().describe("Least severity of the logs that are sent.") }).optional().describe("Logs of the engine."),
});

const source = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("traces").describe("Calls of models in the received traces."),
    window: duration().prefault("5m").describe("Of which time the calls are measured: 5m."),
    model: text().optional().describe("Only calls of this model."),
    service: text().optional().describe("Only calls of this service (service.name)."),
  }),
  z.strictObject({ kind: z.literal("runs").describe("The last run of a suite."), suite: relativePath().describe("The suite's file or folder.") }),
  z.strictObject({ kind: z.literal("prometheus").describe("A query over Prometheus."), url: webAddress("http://127.0.0.1:9090").describe("Address of Prometheus."), query: text().describe("An instant query that gives a vector or a scalar: each series is an alert of its own.") }),
]);

export const alerts = z
  .strictObject({
    name: text().describe("Name of the alert."),
    metric: text().describe("Metric it watches: of traces calls, error-rate, latency-p50, latency-p95 (ms) or tokens; of runs one of the suite; of Prometheus what the query is called."),
    source: source.prefault({ kind: "traces" }).describe("Where the metric is measured; the received traces without it."),
    above: z.number().optional().describe("It fires while the metric is above this."),
    below: z.number().optional().describe("It fires while the metric is below this."),
    clear: z.number().optional().describe("Once it fires, it ends only when the metric is back at this."),
    for: duration().optional().describe("How long a breach must last before it fires: 5m."),
    clearFor: duration().optional().describe("How long the metric must be back before it ends: 5m."),
    noData: z.enum(["keep", "ok", "alert"]).default("keep").describe("What no data means: the state stays (keep), counts as a breach (alert) or as healthy (ok)."),
    severity: z.enum(["info", "warning", "page"]).default("warning").describe("How urgent it is."),
    labels: z.record(z.string(), z.string()).optional().describe("What is told with it, and silences choose by."),
    action: z.array(z.enum(["slack", "pagerduty", "email", "alertmanager", "webhook", "editor"])).default(["editor"]).describe("Who is told, and how."),
    playbook: relativePath().optional().describe("Playbook that says what to do."),
  })
  .refine((value) => value.above !== undefined || value.below !== undefined, "The alert has no condition: give it above or below.");

/** Slack's address is the secret itself; one on this machine is none. */
const slackAddress = () => text().refine((value) => hasReference(value) || isLoopback(value), CLEAR_TEXT_KEY);

export const notifications = z.strictObject({
  slack: z.strictObject({ url: slackAddress().describe("An incoming webhook's address, as ${secret:NAME}.") }).optional().describe("Slack."),
  pagerduty: z.strictObject({ routingKey: secretText().describe("Integration key of Events API v2, as ${secret:NAME}."), url: webAddress("https://events.eu.pagerduty.com").optional().describe("Another address than https://events.pagerduty.com.") }).optional().describe("PagerDuty."),
  email: z
    .strictObject({
      host: text().describe("SMTP server."),
      port: z.number().int().min(1).max(65_535).default(587).describe("Its port."),
      secure: z.boolean().default(false).describe("true: TLS from the beginning (port 465); else STARTTLS."),
      user: text().optional().describe("Name to log in with."),
      password: secretText().optional().describe("As ${secret:NAME}."),
      from: text().describe("Sender."),
      to: z.array(text()).min(1).describe("Recipients."),
    })
    .optional()
    .describe("Email over SMTP."),
  alertmanager: z.strictObject({ url: webAddress("http://127.0.0.1:9093").describe("Address of Alertmanager.") }).optional().describe("Prometheus' Alertmanager."),
  webhook: z.strictObject({ url: webAddress("https://ops.example/hook").describe("Gets JSON by POST."), secret: secretText().optional().describe("Signs it (Standard Webhooks), as ${secret:NAME}.") }).optional().describe("Any other receiver."),
});
