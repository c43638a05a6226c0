import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { SMTPServer } from "smtp-server";
import type { NotificationsConfig } from "../../../src/core/config/schema.ts";
import type { Notice } from "../../../src/core/alerts/notice.ts";
import { SINKS, type SinkName } from "../../../src/core/alerts/sinks/registry.ts";
import { SinkError } from "../../../src/core/alerts/sinks/sink.ts";
import { nodeHttp } from "../../../src/engine/nodeHttp.ts";

const NOTICE: Notice = { fingerprint: "f00d", episode: 3, status: "firing", name: "errors", severity: "page", labels: { "my-team": "x" }, metric: "error-rate", value: 0.03127, threshold: "above 0.02", startsAt: "2026-01-01T00:00:00.000Z", endsAt: undefined, playbook: "playbooks/errors.md" };
const RESOLVED: Notice = { ...NOTICE, status: "resolved", endsAt: "2026-01-01T01:00:00.000Z" };

describe("who is told", () => {
  const client = nodeHttp({});
  let answer: { status: number; body?: string; headers?: Record<string, string> } = { status: 200 };
  const got: { url: string; headers: http.IncomingHttpHeaders; body: string }[] = [];
  const server = http.createServer((incoming, outgoing) => {
    void text(incoming).then((body) => {
      got.push({ url: incoming.url ?? "", headers: incoming.headers, body });
      outgoing.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  let url = "";
  before((done) => void server.listen(0, "127.0.0.1", () => ((url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`), done())));
  after(() => (client.close(), server.close()));
  const send = (name: SinkName, notifications: NotificationsConfig, notices: Notice[] = [NOTICE], mayRepeat = false) => {
    const secrets = { get: (secret: string, origin: string) => Promise.resolve(secret === "SLACK" && origin === "https://hooks.slack.com" ? { value: `${url}/stolen` } : secret === "KEY" ? { value: "s3cret-value" } : ("missing" as const)), mayRelease: () => Promise.resolve(true) };
    return SINKS[name]({ http: client, secrets, notifications }).send({ key: "k1", notices, mayRepeat, now: 1_790_000_000_000 });
  };
  const fails = async (sending: Promise<void>) => {
    const error: unknown = await sending.then(() => undefined, (problem: unknown) => problem);
    assert.ok(error instanceof SinkError, String(error));
    return error;
  };

  it("Slack gets text that cannot mention anybody, and is asked again when it is busy", async () => {
    answer = { status: 200, body: "ok" };
    await send("slack", { slack: { url } }, [{ ...NOTICE, name: "<!channel> & co" }, NOTICE], true);
    const body = JSON.parse(got.at(-1)!.body) as { text: string; blocks: { text: { text: string } }[] };
    assert.equal(body.text, "(may be a repeat) 2 alerts firing");
    assert.ok(body.blocks[0]?.text.text.includes("&lt;!channel&gt; &amp; co: error-rate is 0.03127 (above 0.02)"));
    answer = { status: 429, headers: { "retry-after": "30" } };
    const busy = await fails(send("slack", { slack: { url } }));
    assert.deepEqual([busy.permanent, busy.retryAfterMs], [false, 30_000]);
    answer = { status: 500 };
    assert.equal((await fails(send("slack", { slack: { url } }))).permanent, false);
    answer = { status: 404, body: "no_service" };
    assert.deepEqual(await fails(send("slack", { slack: { url } })).then(({ permanent, message }) => [permanent, message]), [true, "Slack answered 404: no_service"]);
    answer = { status: 200, body: "<html>Sign in</html>" };
    assert.match((await fails(send("slack", { slack: { url } }))).message, /did not answer "ok"/);
    assert.match((await fails(send("slack", {}))).message, /notifications\.slack is not set/);
    const before = got.length;
    assert.match((await fails(send("slack", { slack: { url: "${secret:SLACK}" } }))).message, /no address of https:\/\/hooks\.slack\.com/);
    assert.match((await fails(send("slack", { slack: { url: "${secret:OTHER}" } }))).message, /The secret OTHER is not set/);
    assert.equal(got.length, before);
  });

  it("PagerDuty gets one key for an episode: what triggered it resolves it", async () => {
    answer = { status: 202, body: '{"status":"success"}' };
    const before = got.length;
    await send("pagerduty", { pagerduty: { routingKey: "${secret:KEY}", url } });
    await send("pagerduty", { pagerduty: { routingKey: "${secret:KEY}", url } }, [RESOLVED]);
    const [trigger, resolve] = got.slice(before).map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    assert.deepEqual([trigger?.["event_action"], trigger?.["dedup_key"], resolve?.["event_action"], resolve?.["dedup_key"], trigger?.["routing_key"]], ["trigger", "f00d:3", "resolve", "f00d:3", "s3cret-value"]);
    answer = { status: 400, body: "invalid key" };
    assert.equal((await fails(send("pagerduty", { pagerduty: { routingKey: "${secret:KEY}", url } }))).permanent, true);
  });

  it("a webhook's signature is that of Standard Webhooks, and its key stays the same", async () => {
    answer = { status: 204 };
    await send("webhook", { webhook: { url, secret: "${secret:KEY}" } });
    const { headers, body } = got.at(-1)!;
    const signature = createHmac("sha256", "s3cret-value").update(`k1.1790000000.${body}`).digest("base64");
    assert.deepEqual([headers["webhook-id"], headers["idempotency-key"], headers["webhook-signature"]], ["k1", "k1", `v1,${signature}`]);
    assert.ok(!body.includes("s3cret"));
  });

  it("Alertmanager gets labels that it takes", async () => {
    answer = { status: 200 };
    await send("alertmanager", { alertmanager: { url: `${url}/` } }, [RESOLVED]);
    const [alert] = JSON.parse(got.at(-1)!.body) as Record<string, unknown>[];
    assert.deepEqual([got.at(-1)?.url, alert?.["labels"], alert?.["startsAt"], alert?.["endsAt"]], ["/api/v2/alerts", { my_team: "x", alertname: "errors", severity: "page" }, NOTICE.startsAt, RESOLVED.endsAt]);
    server.closeAllConnections();
    const unreachable = await fails(send("alertmanager", { alertmanager: { url: "http://127.0.0.1:1" } }));
    assert.deepEqual([unreachable.permanent, /^Alertmanager: 127\.0\.0\.1:1 cannot be reached/.test(unreachable.message)], [false, true]);
  });

  it("a real SMTP server gets the mail, with the same Message-ID each time", async () => {
    const mails: string[] = [];
    const smtp = new SMTPServer({ authOptional: true, disabledCommands: ["STARTTLS", "AUTH"], onRcptTo: ({ address }, _session, done) => done(address.startsWith("nobody") ? Object.assign(new Error("no such user"), { responseCode: 550 }) : null), onData: (stream, _session, done) => void text(stream).then((mail) => (mails.push(mail), done())) });
    await new Promise<void>((resolve) => smtp.listen(0, "127.0.0.1", resolve));
    const { port } = smtp.server.address() as AddressInfo;
    const email = { host: "127.0.0.1", port, secure: false, from: "llmops@example.invalid", to: ["ops@example.invalid"] };
    try {
      for (let attempt = 0; attempt < 2; attempt++) await send("email", { email });
      assert.deepEqual(mails.map((mail) => /^message-id: (.*)$/im.exec(mail)?.[1]), ["<k1@llmops>", "<k1@llmops>"]);
      assert.match(mails[0]!, /^subject: \[LLMOps\] FIRING errors: error-rate is 0\.03127/im);
      assert.match((await fails(send("email", { email: { ...email, to: [...email.to, "nobody@example.invalid"] } }))).message, /refuses 1 of the recipients/);
      assert.equal((await fails(send("email", { email: { ...email, to: ["nobody@example.invalid"] } }))).permanent, true);
    } finally {
      await new Promise<void>((resolve) => smtp.close(resolve));
    }
    assert.equal((await fails(send("email", { email: { ...email, port: 1 } }))).permanent, false);
  });
});
