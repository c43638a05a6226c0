import assert from "node:assert/strict";
import { shardOf } from "../../../src/core/regression/shards/part.ts";
import { resultsOf } from "../../../src/core/store/runs.ts";
import { type Asked, endpoint, open, suiteOf } from "./support.ts";

const TALK = "{% for turn in _conversation %}{{ turn.input }} -> {{ turn.output }}\n{% endfor %}{{ n }}";
const turn = (n: string, conversationId?: string, more: object = {}) => ({ vars: { n }, metadata: conversationId === undefined ? {} : { conversationId }, ...more });
const texts = (asked: readonly Asked[]) => asked.map(({ text }) => text);
/** Answers each question by its last line. */
const said = () => endpoint(({ text }) => `re ${text.split("\n").at(-1)}`);

describe("conversations", function () {
  this.timeout(20_000);

  it("have each turn see those before it, by their id, without holding up others", async () => {
    const server = await said();
    const bench = await open(suiteOf(0, { prompt: TALK, url: server.url, assert: [], tests: [turn("a", "1"), turn("x", "2"), turn("b", "1"), turn("y", "2")] }));
    await bench.report();
    assert.deepEqual(texts(server.asked).sort(), ["a", "a -> re a\nb", "x", "x -> re x\ny"]);
  });

  it("give a chat's last message as the input, and its messages as the prompt", async () => {
    const server = await said();
    const prompt = JSON.stringify([{ role: "system", content: "Be kind" }, { role: "user", content: "{{ n }}{% for t in _conversation %} ({{ t.input }}, {{ t.prompt.length }}){% endfor %}" }]);
    const bench = await open({ ...suiteOf(0, { prompt, url: server.url, assert: [], tests: [turn("a"), turn("b")] }) });
    await bench.report();
    assert.deepEqual(texts(server.asked), ["a", "b (a, 2)"]);
  });

  it("are each version's own: an edited prompt does not see the old one's answers", async () => {
    const server = await said();
    const bench = await open(suiteOf(0, { prompt: TALK, url: server.url, assert: [{ type: "contains", value: "re" }], tests: [turn("a"), turn("b")] }), { git: true });
    bench.write({ "prompt.txt": `New ${TALK}` });
    const report = await bench.report();
    assert.deepEqual([report.series[0]?.changed, report.calls], [true, 4]);
    assert.deepEqual(texts(server.asked).sort(), ["New a", "New a -> re a\nb", "a", "a -> re a\nb"].map((text) => text.replace("New a -> re a\nb", "New New a -> re New a\nb")).sort());
  });

  it("begin anew in each repeat", async () => {
    const server = await said();
    const bench = await open(suiteOf(0, { prompt: TALK, url: server.url, assert: [], tests: [turn("a"), turn("b")] }));
    await bench.report({ repeat: 2 });
    assert.deepEqual(texts(server.asked).sort(), ["a", "a", "a -> re a\nb", "a -> re a\nb"]);
  });

  it("come from the cache, turn by turn", async () => {
    const server = await said();
    const bench = await open(suiteOf(0, { prompt: TALK, url: server.url, assert: [], tests: [turn("a"), turn("b")] }));
    await bench.report();
    const again = await bench.report();
    assert.deepEqual([again.calls, again.cached, server.asked.length], [0, 2, 2]);
  });

  it("end for the turns after one without an answer: they are errors and nothing is asked", async () => {
    const server = await endpoint(({ text }) => (text === "a" ? { status: 422 } : "re"));
    const bench = await open(suiteOf(0, { prompt: TALK, url: server.url, assert: [], tests: [turn("a", "1"), turn("b", "1"), turn("c", "2")] }));
    const { runId, series } = await bench.report();
    const reasons = resultsOf(bench.workspace.store, runId).map(({ status, detail }) => `${status}: ${(JSON.parse(detail ?? "{}") as { reason: string }).reason}`);
    assert.equal(series[0]?.errors?.count, 1);
    assert.ok(reasons.some((reason) => reason.startsWith("error: Not asked, since an earlier turn has no answer: ")), reasons.join("\n"));
    assert.ok(!texts(server.asked).includes("b"));
  });

  it("are not seen by a test that says so, which is a turn for those after it", async () => {
    const server = await said();
    const bench = await open(suiteOf(0, { prompt: TALK, url: server.url, assert: [], tests: [turn("a"), turn("b", undefined, { options: { disableConversationVar: true } }), turn("c")] }));
    await bench.report();
    assert.deepEqual(texts(server.asked), ["a", "b", "a -> re a\nb -> re b\nc"]);
  });

  it("run whole where a selection takes one of their turns", async () => {
    const server = await said();
    const bench = await open(suiteOf(0, { prompt: TALK, url: server.url, assert: [], tests: [turn("a", "1"), turn("b", "1"), turn("c", "2")] }));
    await bench.report({ filter: (test) => test.vars["n"] === "b" });
    assert.deepEqual(texts(server.asked), ["a", "a -> re a\nb"]);
  });

  it("stay in one shard, and so do tests that run one by one", async () => {
    const tests = [turn("a", "1"), turn("x", "2"), turn("b", "1"), turn("y", "2"), turn("z", "3")];
    const bench = await open(suiteOf(0, { prompt: TALK, tests }));
    const { version } = await bench.evaluate();
    const shards = (suite: typeof version.suite, of: number) => Array.from({ length: of }, (_, at) => suite.cases.filter(shardOf(suite, { index: at + 1, of })).map((test) => test.vars["n"]));
    assert.deepEqual(shards(version.suite, 2), [["a", "b", "z"], ["x", "y"]]);
    const serial = await open(suiteOf(0, { tests: ["a", "b", "c", "d"].map((n) => ({ vars: { n }, ...(n > "b" ? { options: { runSerially: true } } : {}) })) }));
    const suite = (await serial.evaluate()).version.suite;
    assert.deepEqual(shards(suite, 2), [["a", "c", "d"], ["b"]]);
  });
});

describe("outputs that are stored", function () {
  this.timeout(20_000);

  it("are variables of the tests after it, as transformed, and in assertions too", async () => {
    const server = await said();
    const tests = [
      { vars: { n: "one" }, options: { storeOutputAs: "first", transform: "output.toUpperCase()" } },
      { vars: { n: "{{ first }}" }, assert: [{ type: "equals", value: "re {{ first }}" }] },
    ];
    const bench = await open(suiteOf(0, { prompt: "{{ n }}", url: server.url, assert: [], tests }));
    const report = await bench.report();
    assert.deepEqual([texts(server.asked), report.series[0]?.passed], [["one", "RE ONE"], 2]);
  });

  it("are kept apart by prompt: each continues with its own", async () => {
    const server = await said();
    const tests = [{ vars: { n: "1" }, options: { storeOutputAs: "first" } }, { vars: { n: "2 {{ first }}" } }];
    const bench = await open(suiteOf(0, { url: server.url, assert: [], tests, more: { prompts: ["P {{ n }}", "Q {{ n }}"] } }));
    await bench.report();
    assert.deepEqual(texts(server.asked).sort(), ["P 1", "P 2 re P 1", "Q 1", "Q 2 re Q 1"]);
  });
});
