import { hasReference } from "../../config/references.ts";
import { originOf } from "../../config/approvals.ts";
import { summaryOf, titleOf } from "../notice.ts";
import { postJson } from "./post.ts";
import { type Message, resolved, type Sink, type SinkContext, SinkError } from "./sink.ts";

const ORIGIN = "https://hooks.slack.com";
const MOST_BLOCKS = 40;
const MOST_TEXT = 2900;

/** An incoming webhook, whose address is the secret (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks). */
export function slackSink(context: SinkContext): Sink {
  return {
    preview: bodyOf,
    async send(message) {
      const { url: written } = context.notifications.slack ?? {};
      if (written === undefined) throw new SinkError("notifications.slack is not set in llmops.yaml.", false);
      const url = await resolved(written, ORIGIN, context);
      if (hasReference(written) && originOf(url) !== ORIGIN) throw new SinkError(`The secret in notifications.slack.url is no address of ${ORIGIN}.`, true);
      const answer = await postJson(context.http, "Slack", url, JSON.stringify(bodyOf(message)), {}, message.now);
      // A sign-in page answers 200, too.
      if (answer.trim() !== "ok") throw new SinkError(`Slack did not answer "ok" but ${JSON.stringify(answer.slice(0, 60))}: check notifications.slack.url.`, false);
    },
  };
}

function bodyOf({ notices, mayRepeat }: Message): object {
  const text = `${mayRepeat ? "(may be a repeat) " : ""}${titleOf(notices)}`;
  const lines = notices.map((notice) => `${notice.status === "firing" ? ":red_circle:" : ":white_check_mark:"} *${escaped(notice.severity)}* ${escaped(summaryOf(notice))}${notice.playbook === undefined ? "" : `\nPlaybook: ${escaped(notice.playbook)}`}`);
  const more = lines.length > MOST_BLOCKS ? [`and ${lines.length - MOST_BLOCKS} more`] : [];
  return { text: escaped(text), blocks: [...lines.slice(0, MOST_BLOCKS), ...more].map((line) => ({ type: "section", text: { type: "mrkdwn", text: line.slice(0, MOST_TEXT) } })) };
}

/** Slack's three characters: else a label could mention a channel. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
