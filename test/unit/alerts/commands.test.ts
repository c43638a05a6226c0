import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { parseYaml } from "../../../src/core/config/yaml.ts";
import { folderWith, json, lines, llmops, write } from "../cli/support.ts";
import { otlp } from "../traces/support.ts";

describe("llmops alerts", function () {
  this.timeout(30_000);
  const hooks: { type: string; data: { alerts: { summary: string }[] } }[] = [];
  let metrics: unknown = {};
  let hookStatus = 200;
  const server = http.createServer((incoming, outgoing) => {
    void text(incoming).then((body) => {
      if (incoming.url === "/api/v1/query") return outgoing.end(JSON.stringify(metrics));
      if (hookStatus === 200) hooks.push(JSON.parse(body) as (typeof hooks)[number]);
      return outgoing.writeHead(hookStatus).end();
    });
  });
  let url = "";
  before((done) => void server.listen(0, "127.0.0.1", () => ((url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`), done())));
  after(() => server.close());

  it("tells of failing calls, by whom and once, over restarts, and of their end", async () => {
    const folder = folderWith({ "llmops.yaml": `version: 1\nalerts:\n  - { name: errors, metric: error-rate, above: 0.5, severity: page, action: [webhook], playbook: playbooks/errors.md }\nnotifications:\n  webhook: { url: "${url}" }\n` });
    assert.deepEqual((await llmops(folder, ["alerts", "check"])).code, 0, "no data is no alert");
    const nanos = (seconds: number) => `${Date.now() + seconds * 1000}000000`;
    write(folder, { "spans.json": JSON.stringify(otlp(4, { startTimeUnixNano: nanos(-10), endTimeUnixNano: nanos(-9), status: { code: 2 }, attributes: [{ key: "gen_ai.operation.name", value: { stringValue: "chat" } }] })) });
    await llmops(folder, ["traces", "pull", "--file", "spans.json"]);
    hookStatus = 503;
    const firing = await llmops(folder, ["alerts", "check"]);
    assert.deepEqual([firing.code, lines(firing.stdout).slice(0, 2)], [1, ["FIRING errors: error-rate is 1 (above 0.5)", "not sent to webhook: The webhook answered 503"]]);
    hookStatus = 200;
    const listed = await llmops(folder, ["alerts", "list"]);
    assert.match(listed.stdout, /^firing {4}errors {3}for .+last 1\nwaiting {3}errors \(firing\) to webhook, 1 tries: The webhook answered 503\n$/);
    const silence = await json<{ id: string }>(folder, ["alerts", "silence", "alertname=errors", "--for", "1h"]);
    assert.match((await llmops(folder, ["alerts", "list"])).stdout, /silenced {2}alertname=errors {3}for /);
    assert.equal((await llmops(folder, ["alerts", "silence", "--end", silence.id.slice(0, 8)])).code, 0);
    const tested = await json<{ fires: boolean; sent: { body: { data: { alerts: { playbook: string }[] } } }[] }>(folder, ["alerts", "test", "errors", "--send"]);
    assert.deepEqual([tested.exit, tested.fires, tested.sent[0]?.body.data.alerts[0]?.playbook, hooks.length], [0, true, "playbooks/errors.md", 1]);
  });

  it("reads Prometheus, a series an alert, and writes its rules", async () => {
    const rule = `{ name: slow, metric: latency, source: { kind: prometheus, url: "${url}", query: "max(latency) by (zone)" }, above: 2, for: 90s, noData: alert, labels: { team: x }, action: [webhook] }`;
    const folder = folderWith({ "llmops.yaml": `version: 1\nalerts:\n  - ${rule}\n  - { name: quality, metric: accuracy, source: { kind: runs, suite: evals/a }, below: 0.8 }\n` });
    metrics = { status: "success", data: { resultType: "vector", result: [{ metric: { __name__: "latency", zone: "a" }, value: [1, "3"] }, { metric: { zone: "b" }, value: [1, "NaN"] }] } };
    assert.equal((await llmops(folder, ["alerts", "check"])).code, 0);
    const { alerts } = await json<{ alerts: { rule: string; state: string; labels: object }[] }>(folder, ["alerts", "list"]);
    assert.deepEqual(alerts.map(({ state, labels }) => [state, labels]).sort(), [["pending", { zone: "a" }], ["pending", { zone: "b" }]]);
    metrics = "<html>";
    const failed = await llmops(folder, ["alerts", "check"]);
    assert.deepEqual([failed.code, /^slow: no data\. http:\/\/127\.0\.0\.1:\d+ does not answer as Prometheus does/.test(failed.stderr)], [3, true], failed.stderr);
    const { stdout, stderr } = await llmops(folder, ["alerts", "export"]);
    assert.equal(stderr, "Left out, since Prometheus does not have their metrics: quality.\n");
    assert.deepEqual(parseYaml("rules.yaml", stdout).value, { groups: [{ name: "llmops", rules: [{ alert: "slow", expr: "(max(latency) by (zone)) > 2 or absent(max(latency) by (zone))", for: "90s", labels: { team: "x", severity: "warning" }, annotations: { summary: "latency is {{ $value }} (above 2)" } }] }] });
  });

  it("says at its line what is wrong with a rule", async () => {
    const says = async (yaml: string) => {
      const { code, stderr } = await llmops(folderWith({ "llmops.yaml": `version: 1\nalerts:\n  - ${yaml}\n` }), ["alerts", "check"]);
      assert.equal(code, 2);
      return stderr;
    };
    assert.match(await says("{ name: a, metric: accuracy, below: 1 }"), /^llmops\.yaml:3:\d+: Traces have no accuracy: calls, error-rate, latency-p50, latency-p95, tokens\. For a metric of a suite write source: \{ kind: runs, suite: … \}\./);
    assert.match(await says("{ name: a, metric: calls }"), /no condition/);
    assert.match(await says("{ name: a, metric: calls, above: 2, clear: 3 }"), /clear/);
    assert.match(await says("{ name: a, metric: calls, above: 2 }\n  - { name: a, metric: calls, above: 2 }"), /used twice/);
    assert.match(await says("{ name: a, metric: calls, above: 2 }\nnotifications:\n  slack: { url: 'https://hooks.slack.com/services/T0/B0/x' }"), /Keys do not belong in files/);
  });
});
