import assert from "node:assert/strict";
import { endpoint, model, open, REMOTE, SUITE, suiteOf } from "./support.ts";

const own = (url: string, n: number) => ({ vars: { n }, provider: { id: "openai:chat:own", config: { apiBaseUrl: url } } });

describe("a test's own provider", function () {
  this.timeout(20_000);

  it("is asked instead of the suite's, and fills its column", async () => {
    const server = await endpoint(() => "good");
    const bench = await open(suiteOf(0, { url: server.url, tests: [{ vars: { n: 1 } }, own(server.url, 2)] }));
    const report = await bench.report();
    assert.deepEqual([report.verdict, report.series.length], ["passed", 1]);
    assert.deepEqual(server.asked.map(({ text, body }) => [text, body["model"]]).sort(), [["Say 1", "m"], ["Say 2", "own"]]);
  });

  it("needs an agreement where it is not this machine, as the suite's does", async () => {
    const bench = await open(suiteOf(0, { tests: [own(REMOTE, 1)] }), { http: model(() => "good").http });
    await assert.rejects(bench.report({ trigger: "save", mayCall: () => false }), { name: "ConsentNeeded" });
  });

  it("gives way to an endpoint that llmops.yaml names for the suite", async () => {
    const server = await endpoint(() => "good");
    const config = `version: 1\nendpoints: { dev: { kind: openai, baseUrl: "${server.url}", model: replaced } }\nsuites: [{ path: ${SUITE}, endpoint: dev }]\n`;
    const bench = await open({ ...suiteOf(0, { tests: [own(REMOTE, 1)] }), "llmops.yaml": config });
    await bench.report();
    assert.deepEqual(server.asked.map(({ body }) => body["model"]), ["replaced"]);
  });
});

describe("tests that run one by one", function () {
  this.timeout(20_000);

  it("are asked before the others, in their order, and never two at once", async () => {
    const server = await endpoint(async () => {
      // Time enough for one too many to arrive.
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
      return "good";
    });
    const tests = [{ vars: { n: "free" } }, ...[1, 2, 3].map((n) => ({ vars: { n }, options: { runSerially: true } }))];
    const bench = await open(suiteOf(0, { url: server.url, tests }));
    await bench.report();
    assert.deepEqual([server.most(), server.asked.map(({ text }) => text)], [1, ["Say 1", "Say 2", "Say 3", "Say free"]]);
  });
});
