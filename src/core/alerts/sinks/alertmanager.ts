import { type Notice, summaryOf } from "../notice.ts";
import { postJson } from "./post.ts";
import { type Sink, type SinkContext, SinkError } from "./sink.ts";

/** Alertmanager's API v2: labels and start say which alert it is. One that fires is sent again at each evaluation, else it would end by itself. */
export function alertmanagerSink({ http, notifications }: SinkContext): Sink {
  const preview = ({ notices }: { readonly notices: readonly Notice[] }) => ({ alerts: notices.map(alertOf) });
  return {
    preview,
    async send(message) {
      const { url } = notifications.alertmanager ?? {};
      if (url === undefined) throw new SinkError("notifications.alertmanager is not set in llmops.yaml.", false);
      await postJson(http, "Alertmanager", `${url.replace(/\/+$/, "")}/api/v2/alerts`, JSON.stringify(preview(message).alerts), {}, message.now);
    },
  };
}

function alertOf(notice: Notice): object {
  const { name, severity, labels, startsAt, endsAt, playbook } = notice;
  // Only such names of labels are taken.
  const own = Object.entries(labels).map(([key, value]) => [key.replace(/[^a-zA-Z0-9_]/g, "_").replace(/^(?=\d)/, "_"), value] as const);
  return { labels: { ...Object.fromEntries(own), alertname: name, severity }, annotations: { summary: summaryOf(notice), ...(playbook === undefined ? {} : { playbook }) }, startsAt, ...(endsAt === undefined ? {} : { endsAt }) };
}
