import { createHmac } from "node:crypto";
import { originOf } from "../../config/approvals.ts";
import { summaryOf } from "../notice.ts";
import { postJson } from "./post.ts";
import { type Message, resolved, type Sink, type SinkContext, SinkError } from "./sink.ts";

/**
 * Signed as Standard Webhooks says (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md):
 * HMAC-SHA256 of `id.timestamp.body`. `Idempotency-Key` is the same at each attempt.
 */
export function webhookSink(context: SinkContext): Sink {
  return {
    preview: bodyOf,
    async send(message) {
      const { url, secret } = context.notifications.webhook ?? {};
      if (url === undefined) throw new SinkError("notifications.webhook is not set in llmops.yaml.", false);
      const body = JSON.stringify(bodyOf(message));
      const timestamp = String(Math.floor(message.now / 1000));
      const signature: Readonly<Record<string, string>> = secret === undefined ? {} : { "webhook-signature": signed(await resolved(secret, originOf(url) ?? "", context), `${message.key}.${timestamp}.${body}`) };
      await postJson(context.http, "The webhook", url, body, { "webhook-id": message.key, "webhook-timestamp": timestamp, "idempotency-key": message.key, ...signature }, message.now);
    },
  };
}

function bodyOf({ notices }: Message): object {
  const [first] = notices;
  return { type: `alert.${first?.status ?? "firing"}`, timestamp: first?.endsAt ?? first?.startsAt, data: { alerts: notices.map((notice) => ({ ...notice, summary: summaryOf(notice) })) } };
}

/** A secret that begins with `whsec_` is base64, any other is taken as it is. */
function signed(secret: string, content: string): string {
  const key = secret.startsWith("whsec_") ? Buffer.from(secret.slice(6), "base64") : Buffer.from(secret);
  return `v1,${createHmac("sha256", key).update(content).digest("base64")}`;
}
