import { summaryOf, titleOf } from "../notice.ts";
import { type Message, resolved, type Sink, type SinkContext, SinkError } from "./sink.ts";

const TIMEOUT_MS = 10_000;

/** SMTP. A message has the same Message-ID at each attempt, by which mailboxes tell a repetition. */
export function emailSink(context: SinkContext): Sink {
  return {
    preview: (message) => ({ to: context.notifications.email?.to ?? [], ...contentOf(message) }),
    async send(message) {
      const { email } = context.notifications;
      if (!email) throw new SinkError("notifications.email is not set in llmops.yaml.", false);
      const { host, port, secure, user, password, from, to } = email;
      const pass = password === undefined ? undefined : await resolved(password, `https://${host}:${port}`, context);
      const { createTransport } = await import("nodemailer");
      const transport = createTransport({ host, port, secure, requireTLS: pass !== undefined && !secure, ...(user === undefined ? {} : { auth: { user, pass } }), connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS, disableFileAccess: true, disableUrlAccess: true });
      try {
        const { rejected } = (await transport.sendMail({ from, to: [...to], messageId: `<${message.key}@llmops>`, ...contentOf(message) })) as { rejected: unknown[] };
        if (rejected.length > 0) throw new SinkError(`${host} refuses ${rejected.length} of the recipients in notifications.email.to.`, true);
      } catch (error) {
        if (error instanceof SinkError) throw error;
        const { responseCode, message: why } = error as { responseCode?: number; message: string };
        throw new SinkError(`${host}: ${why}`, responseCode !== undefined && responseCode >= 500);
      } finally {
        transport.close();
      }
    },
  };
}

function contentOf({ notices }: Message): { readonly subject: string; readonly text: string } {
  const lines = notices.map((notice) => [summaryOf(notice), `  severity ${notice.severity}, since ${notice.startsAt}${notice.playbook === undefined ? "" : `, playbook ${notice.playbook}`}`].join("\n"));
  return { subject: `[LLMOps] ${titleOf(notices)}`.replace(/[\r\n]+/g, " ").slice(0, 250), text: `${lines.join("\n\n")}\n` };
}
