import assert from "node:assert/strict";
import { listRuns, resultsOf } from "../../../src/core/store/runs.ts";
import { ConsentNeeded } from "../../../src/core/regression/evaluate.ts";
import { BudgetError } from "../../../src/core/evals/run/caller.ts";
import { BudgetExceeded } from "../../../src/core/evals/run/runner.ts";
import { type Asked, type Bench, metric, model, open, REMOTE, type Reply, SUITE } from "../runner/support.ts";

const PASS = '{"pass": true, "score": 1, "reason": "r"}';
const FAIL = '{"pass": false, "score": 0, "reason": "no"}';
const LOCAL = "http://127.0.0.1:9/v1";

interface Parts {
  readonly prompts?: readonly string[];
  readonly assert: readonly Record<string, unknown>[];
  readonly cases?: number;
  readonly options?: Record<string, unknown>;
  readonly yaml?: string;
}

const judgeAt = (url: string, name = "judge", config = {}) => ({ id: `openai:chat:${name}`, config: { apiBaseUrl: url, ...config } });

function files({ prompts = ["Say {{n}}"], assert, cases = 1, options = {}, yaml }: Parts): Record<string, string> {
  const tests = Array.from({ length: cases }, (_, i) => ({ vars: { n: i + 1 } }));
  return {
    [SUITE]: JSON.stringify({ prompts: prompts.map((raw, i) => ({ raw, label: `p${i}` })), providers: [{ id: "openai:chat:m", config: { apiBaseUrl: LOCAL } }], defaultTest: { assert, options }, tests }),
    ...(yaml === undefined ? {} : { "llmops.yaml": yaml }),
  };
}

/** An endpoint whose model `m` says what it is asked; everything else is a judge. */
function judged(reply: Reply | ((asked: Asked) => Reply)) {
  return model((asked) => (asked.body["model"] === "m" ? `said ${asked.text}` : typeof reply === "function" ? reply(asked) : reply));
}

const rows = (bench: Bench, runId: string) => resultsOf(bench.workspace.store, runId).map(({ status, score, detail }) => ({ status, score, reason: (JSON.parse(detail!) as { reason: string }).reason }));
const models = (asked: readonly Asked[]) => asked.map(({ url, body }) => `${url.replace(/^.*\/v1/, "")} ${String(body["model"])}`);

describe("judges in a run", () => {
  it("are asked once for the same output, counted, and cached", async () => {
    const { http, asked } = judged(PASS);
    const bench = await open(files({ assert: [{ type: "llm-rubric", value: "kind", provider: judgeAt(LOCAL) }, { type: "llm-rubric", value: "kind", provider: judgeAt(LOCAL) }], cases: 2 }), { http });
    const first = await bench.report();
    assert.deepEqual([first.verdict, first.calls, first.cached, asked.length], ["passed", 4, 0, 4]);
    const second = await bench.report();
    assert.deepEqual([second.calls, second.cached, asked.length], [0, 6, 4]);
  });

  it("that answer prose make rows errors, never failures, and are asked anew in the next run", async () => {
    let reply = "I like it.";
    const { http } = judged(() => reply);
    const bench = await open(files({ assert: [{ type: "llm-rubric", value: "kind", provider: judgeAt(LOCAL) }] }), { http });
    const first = await bench.report();
    assert.equal(first.verdict, "error");
    const [row] = rows(bench, first.runId);
    assert.deepEqual([row!.status, row!.score], ["error", undefined]);
    assert.match(row!.reason, /openai:chat:judge answered no \{pass, score, reason\}: "I like it\."/);
    reply = FAIL;
    assert.equal((await bench.report()).verdict, "failed");
  });

  it("without the route they need, or with another dimension, make errors", async () => {
    const { http } = model(({ url, body, text }) => {
      if (url.endsWith("/moderations")) return { status: 404, body: "{}" };
      if (url.endsWith("/embeddings")) return { status: 200, body: JSON.stringify({ data: [{ embedding: String(body["input"]).startsWith("said") ? [1, 0] : [1, 0, 0] }] }) };
      return `said ${text}`;
    });
    for (const [type, id, message] of [["moderation", "openai:moderation:x", /did not answer: HTTP 404/], ["similar", "openai:embedding:x", /3 and 2 dimensions/]] as const) {
      const bench = await open(files({ assert: [{ type, ...(type === "similar" ? { value: "v" } : {}), provider: { id, config: { apiBaseUrl: LOCAL } } }] }), { http });
      const report = await bench.report();
      assert.equal(report.verdict, "error");
      assert.match(rows(bench, report.runId)[0]!.reason, message);
    }
  });

  it("an endpoint that answers no vector, or NaN in it, gives none", async () => {
    for (const body of ['{"data": []}', '{"data": [{"embedding": [1, "x"]}]}', '{"data": [{"embedding": []}]}', "[]"]) {
      const { http } = model(({ url, text }) => (url.endsWith("/embeddings") ? { status: 200, body } : `said ${text}`));
      const bench = await open(files({ assert: [{ type: "similar", value: "v", provider: { id: "openai:embedding:x", config: { apiBaseUrl: LOCAL } } }] }), { http });
      const report = await bench.report();
      assert.match(rows(bench, report.runId)[0]!.reason, /JSON that is not an embedding/);
    }
  });

  it("cost calls of the budget, before the run and in it", async () => {
    const { http, asked } = judged(PASS);
    const parts = files({ assert: [{ type: "llm-rubric", value: "kind", provider: judgeAt(REMOTE) }], cases: 3 });
    await assert.rejects((await open(parts, { http })).report({ maxCalls: 2 }), (error) => error instanceof BudgetExceeded && error.needed === 3);
    assert.equal(asked.length, 0);
    const bench = await open({ ...parts }, { http });
    await bench.report();
    bench.write(files({ assert: [{ type: "llm-rubric", value: "polite", provider: judgeAt(REMOTE) }], cases: 3 }));
    await assert.rejects(bench.report({ maxCalls: 2 }), BudgetError);
  });

  it("need consent on save for their origin, and are among a report's origins", async () => {
    const { http, asked } = judged(PASS);
    const bench = await open(files({ assert: [{ type: "llm-rubric", value: "kind", provider: judgeAt(REMOTE) }] }), { http });
    await assert.rejects(bench.report({ trigger: "save", mayCall: () => false }), (error) => error instanceof ConsentNeeded && error.origins.join() === "https://model.example");
    assert.equal(asked.length, 0);
    assert.deepEqual((await bench.report({ trigger: "save", mayCall: () => true })).origins, ["https://model.example"]);
  });

  it("get a secret only where it was approved to go", async () => {
    const { http, asked } = judged(PASS);
    const suite = files({ assert: [{ type: "llm-rubric", value: "kind", provider: judgeAt(REMOTE, "judge", { apiKey: "${secret:PROD_KEY}" }) }] });
    const refused = await open(suite, { http, env: { PROD_KEY: "hush-hush" } });
    const report = await refused.report();
    assert.match(rows(refused, report.runId)[0]!.reason, /PROD_KEY is not approved for https:\/\/model\.example/);
    assert.ok(!asked.some(({ url }) => url.startsWith(REMOTE)));
    const approved = await open(suite, { http, env: { PROD_KEY: "hush-hush", LLMOPS_APPROVED: "PROD_KEY=https://model.example" } });
    assert.equal((await approved.report()).verdict, "passed");
    assert.equal(asked.find(({ url }) => url.startsWith(REMOTE))!.headers["authorization"], "Bearer hush-hush");
  });

  it("stop with the run", async () => {
    const cancel = new AbortController();
    const { http } = judged(() => (cancel.abort(new Error("Cancelled.")), PASS));
    const bench = await open(files({ assert: [{ type: "g-eval", value: "kind", provider: judgeAt(LOCAL) }], cases: 5 }), { http });
    await assert.rejects(bench.report({ signal: cancel.signal }));
    assert.deepEqual(listRuns(bench.workspace.store, { limit: 5 }).map(({ state }) => state), ["cancelled"]);
  });
});

describe("who judges", () => {
  const YAML = (suite: string) =>
    `version: 1\nendpoints:\n  prod: { kind: openai, baseUrl: "${LOCAL}", model: m }\n  judges: { kind: openai, baseUrl: "${LOCAL}", model: j, embeddingModel: e, moderationModel: o }\n  box: { kind: sandbox }\nsuites:\n  - { path: ".", ${suite} }\n`;
  const everybody = [{ type: "llm-rubric", value: "x" }, { type: "similar", value: "v", threshold: 0 }, { type: "moderation" }];
  const answers = ({ url }: Asked): Reply => (url.endsWith("/embeddings") ? { status: 200, body: '{"data": [{"embedding": [1]}]}' } : url.endsWith("/moderations") ? { status: 200, body: '{"results": [{"flagged": false, "categories": {}}]}' } : PASS);
  const who = async (parts: Parts, env: Record<string, string> = {}) => {
    const { http, asked } = model((one) => (one.text.startsWith("Say") ? "said" : answers(one)));
    const bench = await open(files(parts), { http, env });
    const report = await bench.report();
    return { asked: [...new Set(models(asked))].slice(1).sort(), rows: rows(bench, report.runId), origins: report.origins, all: asked };
  };

  it("the endpoint judge: of llmops.yaml, for each kind with its own model", async () => {
    const { asked, rows } = await who({ assert: everybody, yaml: YAML("endpoint: prod, judge: judges") });
    assert.deepEqual([asked, rows[0]!.status], [["/chat/completions j", "/embeddings e", "/moderations o"], "passed"]);
  });

  it("else the suite's endpoint; one that has no model for a kind is an error that says so", async () => {
    assert.deepEqual((await who({ assert: [everybody[0]!], yaml: YAML("endpoint: judges, toxicity: false") })).asked, []);
    assert.deepEqual((await who({ assert: [everybody[0]!], yaml: YAML("endpoint: judges") })).rows[0]!.status, "passed");
    assert.match((await who({ assert: [everybody[1]!], yaml: YAML("endpoint: prod") })).rows[0]!.reason, /The endpoint prod of llmops\.yaml cannot be asked for an embedding: it names no embeddingModel/);
    assert.match((await who({ assert: [everybody[2]!], yaml: YAML("endpoint: prod") })).rows[0]!.reason, /names no moderationModel/);
    assert.deepEqual((await who({ assert: [everybody[2]!], yaml: YAML("endpoint: judges, judge: prod") })).asked, ["/moderations o"]);
  });

  it("the test's provider before it, and the assertion's before that", async () => {
    const yaml = YAML("judge: judges, toxicity: false");
    assert.deepEqual((await who({ assert: [everybody[0]!], options: { provider: judgeAt(LOCAL, "t") }, yaml })).asked, ["/chat/completions t"]);
    assert.deepEqual((await who({ assert: [{ ...everybody[0]!, provider: judgeAt(LOCAL, "a") }], options: { provider: judgeAt(LOCAL, "t") }, yaml })).asked, ["/chat/completions a"]);
    assert.deepEqual((await who({ assert: everybody, options: { provider: { text: judgeAt(LOCAL, "t") } }, yaml })).asked, ["/chat/completions t", "/embeddings e", "/moderations o"]);
  });

  it("a provider of another kind is an error", async () => {
    assert.match((await who({ assert: [{ ...everybody[1]!, provider: judgeAt(LOCAL) }] })).rows[0]!.reason, /openai:chat:judge cannot be asked for an embedding/);
    assert.match((await who({ assert: [{ ...everybody[0]!, provider: "openai:embedding:e" }] })).rows[0]!.reason, /openai:embedding:e cannot be asked for a judgement/);
  });

  it("nobody named: OpenAI as in promptfoo, if there is a key; without one nothing is sent", async () => {
    const key = { OPENAI_API_KEY: "sk-long-enough" };
    const asked = await who({ assert: everybody }, key);
    assert.deepEqual(asked.asked, ["/chat/completions gpt-5.6-sol", "/embeddings text-embedding-3-large", "/moderations omni-moderation-latest"]);
    assert.deepEqual(asked.origins, ["https://api.openai.com"]);
    const none = await who({ assert: [everybody[0]!] });
    assert.match(none.rows[0]!.reason, /Nobody is named to judge.*OPENAI_API_KEY is not set/);
    assert.deepEqual([none.origins, none.all.length], [[], 1]);
  });
});

describe("comparisons in a run", () => {
  const best = { type: "select-best", value: "short", provider: judgeAt(LOCAL) };
  /** Prefers the output that contains a word. */
  const prefers = (word: string) => judged(({ body }) => {
    const shown = [...(body["messages"] as { content: string }[]).at(-1)!.content.matchAll(/<output-(\d+)-\w+>\n([\s\S]*?)\n<\/output/g)];
    return shown.find(([, , text]) => text!.includes(word))?.[1] ?? "0";
  });

  it("amend the rows of the columns that were not chosen", async () => {
    const { http } = prefers("second");
    const bench = await open(files({ prompts: ["first {{n}}", "second {{n}}"], assert: [{ type: "contains", value: "said" }, best] }), { http });
    const report = await bench.report();
    assert.deepEqual(report.series.map(({ label, passed, failed }) => [label, passed, failed]), [["p0", 0, 1], ["p1", 1, 0]]);
    const found = resultsOf(bench.workspace.store, report.runId);
    assert.deepEqual(found.map(({ status, score }) => [status, score]).sort(), [["failed", 0], ["passed", 1]]);
    assert.deepEqual(found.map(({ detail }) => (JSON.parse(detail!) as { components: { type: string }[] }).components.map(({ type }) => type)), [["contains", "select-best"], ["contains", "select-best"]]);
  });

  it("have a score of 0 where nothing else is asserted, as in promptfoo", async () => {
    const { http } = prefers("second");
    const bench = await open(files({ prompts: ["first {{n}}", "second {{n}}"], assert: [best] }), { http });
    const report = await bench.report();
    assert.deepEqual(rows(bench, report.runId).map(({ status, score }) => [status, score]).sort(), [["failed", 0], ["passed", 0]]);
  });

  it("leave out a column without an answer; a column that is left alone cannot be judged", async () => {
    const { http } = model(({ body, text }) => (body["model"] !== "m" ? "0" : text.startsWith("down") ? { status: 500 } : `said ${text}`));
    const three = await open(files({ prompts: ["down {{n}}", "one {{n}}", "two {{n}}"], assert: [best] }), { http });
    assert.deepEqual(rows(three, (await three.report()).runId).map(({ status }) => status).sort(), ["error", "failed", "passed"]);
    const two = await open(files({ prompts: ["down {{n}}", "one {{n}}"], assert: [best] }), { http });
    const found = rows(two, (await two.report()).runId);
    assert.deepEqual(found.map(({ status }) => status), ["error", "error"]);
    assert.match(found.map(({ reason }) => reason).join(), /only one of them is there/);
  });

  it("that the judge cannot make are errors of every column", async () => {
    const { http } = judged("Both are fine.");
    const bench = await open(files({ prompts: ["first {{n}}", "second {{n}}"], assert: [best] }), { http });
    assert.deepEqual(rows(bench, (await bench.report()).runId).map(({ status }) => status), ["error", "error"]);
  });

  it("max-score needs two columns", async () => {
    const { http } = judged(PASS);
    const one = await open(files({ assert: [{ type: "contains", value: "said" }, { type: "max-score" }] }), { http });
    assert.match(rows(one, (await one.report()).runId)[0]!.reason, /only one column/);
    const two = await open(files({ prompts: ["first {{n}}", "second {{n}}"], assert: [{ type: "contains", value: "second" }, { type: "max-score" }] }), { http });
    assert.deepEqual((await two.report()).series.map(({ passed }) => passed), [0, 1]);
  });

  const yaml = 'version: 1\nsuites:\n  - { path: ".", gate: { select-best: { min: 50% } } }\n';
  const change = async (reply: ReturnType<typeof judged>, gate: string | undefined = yaml) => {
    const bench = await open(files({ prompts: ["old {{n}}"], assert: [best], cases: 6, yaml: gate }), { http: reply.http, git: true });
    bench.write(files({ prompts: ["new {{n}}"], assert: [best], cases: 6 }));
    const { series } = await bench.report();
    return { series: series[0]!, judged: reply.asked.filter(({ body }) => body["model"] === "judge").length };
  };

  it("for a gate of that name the two versions are compared, in both orders", async () => {
    const better = await change(prefers("new"));
    const { baseline, current, delta, n, missed } = metric(better.series, "select-best");
    assert.deepEqual([baseline, current, delta, n, missed, better.judged, better.series.verdict], [0, 1, 1, 6, undefined, 12, "improved"]);
    const worse = await change(prefers("old"));
    assert.deepEqual([metric(worse.series, "select-best").current, worse.series.verdict], [0, "failed"]);
  });

  it("a judge that always takes the first gives ties", async () => {
    const { series, judged: calls } = await change(judged("0"));
    assert.deepEqual([metric(series, "select-best").current, metric(series, "select-best").delta, series.verdict, calls], [0.5, 0, "passed", 12]);
  });

  it("equal outputs are ties that nobody is asked about; without the gate nobody is asked at all", async () => {
    const { series, judged: calls } = await change(model(({ body }) => (body["model"] === "m" ? "the same" : "0")));
    assert.deepEqual([metric(series, "select-best").current, calls], [0.5, 0]);
    assert.equal((await change(prefers("new"), "version: 1\n")).judged, 0);
  });
});
