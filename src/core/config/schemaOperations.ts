import * as z from "zod";
import { duration, rate, relativePath, text, webAddress } from "./schemaFields.ts";

export const features = z.strictObject({
  kind: z.enum(["feast", "local"]).describe("feast: a Feast server; local: values kept in this folder's store."),
  url: webAddress("http://127.0.0.1:6566").optional().describe("Address of the Feast server."),
  service: text().optional().describe("Name of the feature service."),
});

export const observability = z.strictObject({
  otlp: webAddress("http://127.0.0.1:4318").optional().describe("OTLP over HTTP: where traces, metrics and logs are sent."),
  traces: z.strictObject({ sampling: rate().optional().describe("Share of the traces that is sent: 0.1 or 10%.") }).optional().describe("Traces of runs and calls."),
  metrics: z.strictObject({ interval: duration().optional().describe("How often metrics are sent: 60s.") }).optional().describe("Metrics of runs and endpoints."),
  logs: z.strictObject({ level: z.enum(["debug", "info", "warn", "error"]).optional().describe("Least severity of the logs that are sent.") }).optional().describe("Logs of the engine."),
});

export const alerts = z
  .strictObject({
    name: text().describe("Name of the alert."),
    metric: text().describe("Metric it watches."),
    above: z.number().optional().describe("It fires while the metric is above this."),
    below: z.number().optional().describe("It fires while the metric is below this."),
    for: duration().optional().describe("How long that must last: 5m."),
    severity: z.enum(["info", "warning", "page"]).default("warning").describe("How urgent it is."),
    action: z.array(z.enum(["slack", "pagerduty", "email", "alertmanager", "editor"])).default(["editor"]).describe("Who is told, and how."),
    playbook: relativePath().optional().describe("Playbook that says what to do."),
  })
  .refine((value) => value.above !== undefined || value.below !== undefined, "The alert has no condition: give it above or below.");
