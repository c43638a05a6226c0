import assert from "node:assert/strict";
import { join } from "node:path";
import { SnapshotError } from "../../../src/core/config/snapshot.ts";
import { loadConfig } from "../../../src/core/config/load.ts";
import { load, mistake, mistakes, ROOT, valid } from "./support.ts";

const WHOLE = `version: 1
endpoints:
  dev:  { kind: sandbox, temperature: 0.2 }
  prod: { kind: openai, baseUrl: https://llm.example/v1, model: support-7b, apiKey: "\${secret:PROD_KEY}", price: { input: 0.5, output: 1.5 } }
suites:
  - path: evals/*/promptfooconfig.yaml
    endpoint: dev
    repeat: 3
    gate:
      accuracy:    { tolerance: 2pt, min: 85% }
      latency-p50: { tolerance: 10% }
      toxicity:    { tolerance: 0.5pt, max: 2% }
    affects: ["src/prompts/**"]
onSave: { maxCalls: 100, maxCost: 0.25 }
pipeline:
  - name: evaluate
    trigger: on-commit
    skipOn: ["docs/**", "**/*.md"]
    timeout: 20m
    steps:
      - { name: eval, eval: evals/support, onFailure: fail }
      - { name: lint, command: npm run lint, timeout: 5, retryCount: 2, onFailure: warn }
  - name: train
    trigger: on-data-change
    data: data/train.jsonl
    steps: [{ name: fine-tune, train: support }]
  - name: canary
    trigger: manual
    approval: true
    steps: [{ name: rollout, rollout: support }]
training:
  support: { kind: openai-finetune, endpoint: dev, base: sandbox-small, data: data/train.jsonl, suite: evals/support, minImprovement: 1% }
environments:
  staging:    { endpoint: dev, requires: [evaluate], deploy: ./deploy.sh staging }
  production: { endpoint: prod, requires: [evaluate, staging], approval: true, rollout: support }
rollouts:
  support:
    target: { kind: haproxy, socket: /run/haproxy.sock, backend: llm }
    metrics: { kind: prometheus, url: http://127.0.0.1:9090 }
    steps: [5, 10, 25, 50, 100]
    step: 30m
    alpha: 0.05
    beta: 0.2
    detect: 2.0
    minRequests: 20
    maxStep: 24h
    holdback: 5%
    thresholds:
      latency-p95: { ratio: 1.2, query: "seconds_bucket" }
      error-rate:  { ratio: 1.1, floor: 0.5%, query: "requests", errors: "errors" }
      accuracy:    { ratio: 0.98, source: { kind: probe, suite: evals/support, perMinute: 10 } }
features: { kind: feast, url: http://127.0.0.1:6566, service: support_context }
observability: { otlp: http://127.0.0.1:4318, traces: { sampling: 0.1 }, metrics: { interval: 60s }, logs: { level: info } }
alerts:
  - { name: errors, metric: error-rate, above: 0.02, for: 5m, severity: page, action: [slack, editor], playbook: playbooks/degradation.md }
notifications: { slack: { url: "\${secret:SLACK_WEBHOOK}" } }
`;

describe("llmops.yaml: loading", () => {
  it("reads the whole format, with durations in milliseconds and rates as fractions", async () => {
    const config = await valid(WHOLE);
    assert.deepEqual(config.endpoints?.dev, { kind: "sandbox", temperature: 0.2 });
    assert.deepEqual(config.suites?.[0]?.gate, [
      { metric: "accuracy", direction: "higher", tolerance: { points: 2 }, min: 0.85 },
      { metric: "latency-p50", direction: "lower", tolerance: { relative: 0.1 } },
      { metric: "toxicity", direction: "lower", tolerance: { points: 0.5 }, max: 0.02 },
    ]);
    assert.deepEqual(config.onSave, { maxCalls: 100, maxCost: 0.25 });
    const [evaluate] = config.pipeline!;
    assert.equal(evaluate?.timeout, 20 * 60_000);
    assert.equal(evaluate?.steps[1]?.timeout, 5 * 60_000, "a bare number of a step is minutes");
    assert.equal(config.rollouts?.support?.maxStep, 24 * 3_600_000);
    assert.equal(config.rollouts?.support?.holdback, 0.05);
    assert.deepEqual(config.training?.support?.minImprovement, { relative: 0.01 });
    assert.equal(config.observability?.metrics?.interval, 60_000);
    assert.equal(config.alerts?.[0]?.for, 300_000);
  });

  it("says of each part that has no effect yet so, at its key", async () => {
    const found = await mistakes(WHOLE);
    assert.deepEqual(found.map(({ severity }) => severity), Array(2).fill("information"));
    assert.deepEqual(found.map(({ marked }) => marked), ["features", "observability"]);
  });

  it("is undefined without a file, and holds the defaults with a minimal one", async () => {
    const none = await load(undefined);
    assert.equal(none.config, undefined);
    assert.equal(none.document, undefined);
    assert.deepEqual(none.problems, []);
    assert.equal(none.file, join(ROOT, "llmops.yaml"));
    assert.deepEqual((await valid("version: 1\n")).onSave, { maxCalls: 200, maxCost: 0.5 });
  });

  it("finds the place of a node, and of the nearest ancestor of one that is not written", async () => {
    const { locate, file } = await load(WHOLE);
    const place = locate(["suites", 0, "gate", "accuracy"], "key");
    assert.equal(place.file, file);
    assert.deepEqual(place.range, { start: { line: 9, character: 6 }, end: { line: 9, character: 14 } });
    assert.equal(locate(["onSave", "nothing"]).range.start.line, 13);
  });

  it("reports a file that cannot be read instead of running with the defaults", async () => {
    const snapshot = { read: async () => Promise.reject(new SnapshotError("too-large", "it has 40 MB.")), glob: async () => [] };
    const { config, problems } = await loadConfig({ snapshot, root: ROOT });
    assert.equal(config, undefined);
    assert.equal(problems[0]?.code, "config-unreadable");
    assert.match(problems[0].message, /40 MB/);
  });
});

describe("llmops.yaml: mistakes are shown where they are", () => {
  it("an unknown key, at the key, with what was meant", async () => {
    const found = await mistake("version: 1\nsuites:\n  - path: a.yaml\n    gates: {}\n");
    assert.deepEqual([found.code, found.at, found.marked], ["config-unknown-key", "4:5", "gates"]);
    assert.match(found.message, /"gates" is not known here\. Did you mean "gate"\?/);
  });

  it("several unknown keys, each at its own place", async () => {
    const found = await mistakes("version: 1\nsuite: []\nendpoints:\n  a: { kind: sandbox, temprature: 1, zzzzzzzz: 2 }\n");
    assert.deepEqual(found.map(({ at, marked }) => `${at} ${marked}`).sort(), ["2:1 suite", "4:23 temprature", "4:38 zzzzzzzz"]);
    assert.match(found.find(({ marked }) => marked === "zzzzzzzz")!.message, /Possible: kind, model, embeddingModel, moderationModel, stream, temperature/);
    assert.match(found.find(({ marked }) => marked === "temprature")!.message, /Did you mean "temperature"/);
  });

  it("a missing key, at the parent's key", async () => {
    const found = await mistake("version: 1\nendpoints:\n  prod:\n    kind: openai\n    baseUrl: https://x.example/v1\n");
    assert.deepEqual([found.code, found.at, found.marked], ["config-missing", "3:3", "prod"]);
    assert.match(found.message, /"model" is missing/);
  });

  it("a missing key of a list's item, on the item's first line", async () => {
    const found = await mistake("version: 1\nsuites:\n  - endpoint: dev\n    repeat: 2\nendpoints: { dev: { kind: sandbox } }\n");
    assert.deepEqual([found.code, found.at, found.marked], ["config-missing", "3:5", "endpoint: dev"]);
  });

  it("a missing version, on the first line, with the line to write", async () => {
    for (const text of ["suites: []\n", "", "# nothing yet\n"]) {
      const found = await mistake(text);
      assert.deepEqual([found.code, found.at], ["config-missing", "1:1"]);
      assert.match(found.message, /"version" is missing\. Write version: 1\./);
    }
    assert.match((await mistake("version: 2\n")).message, /Expected 1/);
  });

  it("a wrong type, at the value", async () => {
    const found = await mistake("version: 1\nonSave:\n  maxCalls: many\n");
    assert.deepEqual([found.code, found.at, found.marked], ["config-type", "3:13", "many"]);
    assert.match(found.message, /Expected a number, found text/);
    assert.match((await mistake("version: 1\nonSave: { maxCalls: -1 }\n")).message, /at least 0/);
    assert.match((await mistake("version: 1\nsuites: { path: a.yaml }\n")).message, /Expected a list, found a mapping/);
    assert.match((await mistake("- 1\n")).message, /Expected a mapping/);
  });

  it("an unknown kind or choice, with what was meant", async () => {
    const kind = await mistake("version: 1\nendpoints: { a: { kind: openia } }\n");
    assert.equal(kind.marked, "openia");
    assert.match(kind.message, /"openia" is no known kind\. Did you mean "openai"/);
    assert.match((await mistake("version: 1\nendpoints:\n  a: {}\n")).message, /"kind" is missing\. Possible: sandbox, openai/);
    const trigger = await mistakes("version: 1\npipeline: [{ name: a, trigger: on-comit, steps: [{ name: b, command: c }] }]\n");
    assert.match(trigger[0]!.message, /"on-comit" is not possible here\. Did you mean "on-commit"/);
  });

  it("a gate's value, at the value, for each kind of mistake", async () => {
    const gate = (text: string) => mistake(`version: 1\nsuites:\n  - path: a.yaml\n    gate:\n      ${text}\n`);
    const bare = await gate("accuracy: { tolerance: 2 }");
    assert.deepEqual([bare.at, bare.marked], ["5:30", "2"]);
    assert.match(bare.message, /Write 2pt .* or 2% /);
    assert.match((await gate("accuracy: { min: 85 }")).message, /Did you mean 85%/);
    assert.match((await gate("accuracy: { max: 85% }")).message, /better when it is higher: use min/);
    assert.match((await gate("accuracy: { tolerance: 1pt, direction: lower }")).message, /suite's own metrics only/);
    assert.match((await gate("latency-p50: { tolerance: 2pt }")).message, /Points are for rates/);
    assert.match((await gate("latency-p50: { max: 800 }")).message, /800s or 800m|ms/);
    assert.match((await gate("broken: { max: 0.5 }")).message, /number of cases/);
    const empty = await gate("accuracy: {}");
    assert.equal(empty.marked, "{}");
    assert.match(empty.message, /has no condition/);
    assert.match((await gate("toxicty: { max: 2% }")).message, /use min\. Did you mean "toxicity"\?/);
    assert.match((await gate("length: { max: 2 }")).message, /direction: lower says otherwise/);
  });

  it("a name that is not defined", async () => {
    const found = await mistake("version: 1\nendpoints: { dev: { kind: sandbox } }\nsuites:\n  - { path: a.yaml, endpoint: dve }\n");
    assert.deepEqual([found.code, found.at, found.marked], ["config-unknown-name", "4:31", "dve"]);
    assert.match(found.message, /no endpoint named "dve".* Did you mean "dev"/);
  });

  it("a path that leaves the folder, or is not portable", async () => {
    const path = async (text: string) => (await mistake(`version: 1\nsuites: [{ path: '${text}' }]\n`)).message;
    assert.match(await path("../x.yaml"), /stay inside/);
    assert.match(await path("/etc/x.yaml"), /relative/);
    assert.match(await path("C:/x.yaml"), /relative/);
    assert.match(await path("evals\\x.yaml"), /“\/”/);
  });

  it("what only a stage, step or threshold as a whole shows", async () => {
    const step = (await mistakes("version: 1\npipeline:\n  - name: a\n    trigger: on-schedule\n    steps:\n      - name: b\n        eval: e\n        command: c\n")).filter(({ severity }) => severity === "error");
    assert.deepEqual(step.map(({ at }) => at), ["6:9", "4:14"]);
    assert.match(step[0]!.message, /2 actions \(command, eval\)/);
    assert.match(step[1]!.message, /on-schedule needs "schedule"/);
    const threshold = await mistakes("version: 1\nrollouts:\n  r:\n    target: { kind: haproxy, socket: /s, backend: b }\n    metrics: { kind: prometheus, url: http://127.0.0.1:9090 }\n    thresholds:\n      errors: { ratio: 1.1 }\n");
    assert.equal(threshold[0]?.at, "7:15");
    const bound = await mistakes("version: 1\nrollouts:\n  r:\n    target: { kind: haproxy, socket: /s, backend: b }\n    metrics: { kind: prometheus, url: http://127.0.0.1:9090 }\n    thresholds:\n      error-rate: { ratio: 1.1, max: 5%, query: a, errors: b }\n      latency-p95: { ratio: 1.2, max: 5%, query: q }\n");
    assert.match(bound[0]!.message, /^Only error-rate has a max/);
    assert.match(threshold[0].message, /needs a source/);
    const twice = await mistakes("version: 1\nendpoints: { d: { kind: sandbox } }\npipeline: [{ name: a, trigger: manual, steps: [{ name: b, command: c }] }]\nenvironments: { a: { endpoint: d } }\n");
    assert.equal(twice.find(({ severity }) => severity === "error")?.code, "config-duplicate-name");
  });

  it("a syntax error once; a reference in braces without quotes gets the remedy", async () => {
    const found = await mistake("version: 1\nendpoints:\n  p: { kind: openai, apiKey: ${secret:KEY} }\n");
    assert.equal(found.severity, "error");
    assert.equal(found.at.split(":")[0], "3");
    assert.match(found.message, /must be quoted/);
    assert.doesNotMatch((await mistake("version: 1\na: [1\n")).message, /must be quoted/);
  });

  it("the same places with CRLF line ends", async () => {
    const text = "version: 1\nsuites:\n  - path: a.yaml\n    gates: {}\n";
    const [lf, crlf] = await Promise.all([mistake(text), mistake(text.replaceAll("\n", "\r\n"))]);
    assert.deepEqual(crlf, lf);
  });
});

describe("llmops.yaml: keys do not belong in files", () => {
  const KEY = "sk-live-4242424242";
  const endpoint = (extra: string) => `version: 1\nendpoints:\n  p:\n    kind: openai\n    model: m\n${extra}`;

  it("refuses a key in clear text wherever it may stand, and never repeats it", async () => {
    for (const extra of [
      `    baseUrl: https://x.example/v1\n    apiKey: ${KEY}\n`,
      `    baseUrl: https://x.example/v1\n    headers: { Authorization: Bearer ${KEY} }\n`,
      `    baseUrl: https://x.example/v1\n    headers: { X-Api-Key: ${KEY} }\n`,
      `    baseUrl: https://user:${KEY}@x.example/v1\n`,
    ]) {
      const found = await mistake(endpoint(extra));
      assert.match(found.message, /Keys do not belong in files/);
      assert.ok(!found.message.includes(KEY));
      assert.ok(found.marked.includes(KEY), "the mark is on the value");
    }
    const asNumber = await mistake(endpoint("    baseUrl: https://x.example/v1\n    apiKey: 424242424242\n"));
    assert.ok(!asNumber.message.includes("4242"));
  });

  it("takes references, and ordinary headers as they are", async () => {
    const config = await valid(endpoint('    baseUrl: https://x.example/v1\n    apiKey: ${secret:KEY}\n    headers: { X-Team: support, Authorization: "Bearer {{env.TOKEN}}" }\n'));
    assert.equal(config.endpoints?.p?.kind, "openai");
  });

  it("refuses addresses that would leak or cannot work", async () => {
    const url = async (text: string) => (await mistake(endpoint(`    baseUrl: "${text}"\n`))).message;
    assert.match(await url("https://x.example/${secret:KEY}"), /do not put a secret/);
    assert.match(await url("https://{{env.KEY}}.evil.example/v1"), /beginning of an address/);
    assert.match(await url("https://x.example/{{env.KEY}}"), /beginning of an address/);
    assert.match(await url("{{env.BASE}}/{{env.KEY}}"), /beginning of an address/);
    assert.match(await url("x.example/v1"), /such as https/);
    assert.match(await url("file:///etc/passwd"), /such as https/);
    assert.match(await url("https://x.example/v1?a=b"), /\?/);
    await valid(endpoint('    baseUrl: "{{env.BASE_URL}}/v1"\n'));
    await valid(endpoint("    baseUrl: http://127.0.0.1:11434/v1\n"));
  });

  it("warns of a key over http to another machine", async () => {
    const found = await mistake(endpoint("    baseUrl: http://10.0.0.7/v1\n    apiKey: ${secret:KEY}\n"));
    assert.deepEqual([found.severity, found.at, found.marked], ["warning", "6:14", "http://10.0.0.7/v1"]);
  });
});
