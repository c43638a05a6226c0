import assert from "node:assert/strict";
import { join } from "node:path";
import { ConsentNeeded, SuiteInvalid } from "../../../src/core/regression/evaluate.ts";
import { formatProblem } from "../../../src/core/problem.ts";
import type { SeriesReport } from "../../../src/core/regression/report.ts";
import { BudgetExceeded } from "../../../src/core/evals/run/runner.ts";
import { type Asked, LOOPBACK, metric, model, open, type OpenOptions, REMOTE, type Reply, suiteOf } from "../runner/support.ts";

const FEW = "Reply in at most 3 words.";
const POLITE = "Thank you for the message, we will look into it today.";

/** A model that keeps to the number of words that it is asked for, and chats without. */
const obedient = (asked: Asked): Reply => (asked.text.includes(FEW) ? "It is good" : "It is good, and there is a lot more to be said of it");
const yaml = (suite: string, endpoint = `kind: openai, baseUrl: "${LOOPBACK}", model: m`) => ({ "llmops.yaml": `version: 1\nendpoints: { e: { ${endpoint} } }\nsuites:\n  - { path: ".", endpoint: e${suite === "" ? "" : `, ${suite}`} }\n` });
const names = (series: SeriesReport) => series.metrics.map(({ name }) => name);

/** The last run of a series whose prompt was committed as `before` and then saved as `after`. */
async function changed(before: string, after: string, reply: (asked: Asked) => Reply, files: Record<string, string> = {}, cases = 24): Promise<SeriesReport> {
  const { http } = model(reply);
  const bench = await open({ ...suiteOf(cases, { prompt: before }), ...files }, { http, git: true });
  bench.write({ "prompt.txt": after });
  return bench.series();
}

describe("instruction following", () => {
  it("is checked by the baseline's prompt in both versions: a deleted constraint lowers it", async () => {
    const series = await changed(`${FEW}\nSay {{n}}`, "Say {{n}}", obedient);
    const { baseline, current, delta, interval, n, direction, unit, gated, verdict } = metric(series, "instruction-following");
    assert.deepEqual([baseline, current, delta, n, direction, unit, gated, verdict], [1, 0, -1, 24, "higher", "rate", false, "regression"]);
    assert.ok(interval && interval[1] < 0);
    assert.deepEqual(series.instructions, [{ rule: "words", sentence: FEW, origin: "baseline", line: 0, baseline: 1, current: 0, n: 24 }]);
    assert.equal(series.verdict, "passed", "it gates nothing unless it is told to");
  });

  it("counts a constraint that is new only when it is the baseline's", async () => {
    const series = await changed("Say {{n}}", `${FEW}\nSay {{n}}`, obedient);
    assert.ok(!names(series).includes("instruction-following"));
  });

  it("is that of today's prompt where there is nothing to compare with; its line is told", async () => {
    const { http } = model(obedient);
    const series = await (await open(suiteOf(2, { prompt: `Be kind.\n\n${FEW}\nSay {{n}}` }), { http })).series();
    assert.deepEqual([metric(series, "instruction-following").current, series.instructions?.[0]?.origin, series.instructions?.[0]?.line, series.instructions?.[0]?.location?.range.start], [1, "prompt", 2, { line: 2, character: 0 }]);
  });

  it("is found in chats at the line of their file", async () => {
    const { http } = model(obedient);
    const chat = '[\n  { "role": "system", "content": "Be kind. Answer with JSON only: {\\"a\\": 1}" },\n  { "role": "user", "content": "Say {{n}}" }\n]\n';
    const files = suiteOf(1);
    const bench = await open({ ...files, "promptfooconfig.yaml": files["promptfooconfig.yaml"]!.replace("prompt.txt", "chat.json"), "chat.json": chat }, { http });
    const series = await bench.series();
    assert.deepEqual(series.instructions?.map(({ rule, line, current }) => [rule, line, current]), [["json", 1, 0]]);
  });

  it("leaves out answers of which it cannot be told, and counts silence as disobedience", async () => {
    const answers = ["Das Paket ist leider noch nicht angekommen.", "The parcel has not arrived yet, I am sorry.", "Ja", ""];
    const { http } = model(({ text }) => answers[Number(/\d+$/.exec(text)![0]) - 1]!);
    const series = await (await open(suiteOf(4, { prompt: "Answer in German.\nSay {{n}}", assert: [] }), { http })).series();
    assert.deepEqual([series.instructions?.[0]?.n, series.instructions?.[0]?.current, metric(series, "instruction-following").current], [3, 1 / 3, 1 / 3]);
  });

  it("is about what the model says, not what a transform makes of it", async () => {
    const { http } = model(() => '{"label": "good"}');
    const series = await (await open(suiteOf(1, { prompt: 'Answer with JSON only: {"label": "…"}\nSay {{n}}', more: { defaultTest: { options: { transform: "JSON.parse(output).label" }, assert: [{ type: "equals", value: "good" }] } } }), { http })).series();
    assert.deepEqual([series.passed, metric(series, "instruction-following").current], [1, 1]);
  });

  it("can be gated, against the baseline and by a bound", async () => {
    const against = await changed(`${FEW}\nSay {{n}}`, "Say {{n}}", obedient, yaml("gate: { instruction-following: { tolerance: 5pt } }"));
    assert.equal(against.verdict, "regression");
    const bound = await changed(`${FEW}\nSay {{n}}`, "Say {{n}}", obedient, yaml("gate: { instruction-following: { min: 90% } }"));
    assert.deepEqual([bound.verdict, metric(bound, "instruction-following").missed], ["failed", { bound: "min", limit: 0.9 }]);
  });

  it("that is gated and has nothing to check is not measured, and that is said", async () => {
    const { http } = model(obedient);
    const report = await (await open({ ...suiteOf(2), ...yaml("gate: { instruction-following: { min: 90% } }") }, { http })).report();
    assert.equal(metric(report.series[0]!, "instruction-following").verdict, "not-measured");
    assert.match(report.notices!.join(), /instruction-following is not measured: no instruction of prompt\.txt can be checked/);
  });

  const OFF: [suite: string, rules: string[] | undefined][] = [
    ["", ["words", "no-mention"]],
    ["instructions: { derive: false }", undefined],
    ["instructions: { except: [words] }", ["no-mention"]],
    [`instructions: { except: ["Do not mention prices."] }`, ["words"]],
    [`instructions: { derive: false, also: ["Do not mention cats."] }`, ["no-mention"]],
    [`instructions: { also: ["End with \\"Bye\\""] }`, ["words", "no-mention", "end-with"]],
  ];
  for (const [suite, rules] of OFF) {
    it(`checks ${rules?.join(", ") ?? "nothing"} with ${suite || "no word about it"}`, async () => {
      const { http } = model(obedient);
      const series = await (await open({ ...suiteOf(1, { prompt: `${FEW} Do not mention prices.\nSay {{n}}` }), ...yaml(suite) }, { http })).series();
      assert.deepEqual(series.instructions?.map(({ rule }) => rule), rules);
      assert.equal(names(series).includes("instruction-following"), rules !== undefined);
    });
  }
});

describe("toxicity", () => {
  const MODERATED = `kind: openai, baseUrl: "${REMOTE}", model: m, moderationModel: o`;
  const flag = (flagged: boolean): Reply => ({ status: 200, body: JSON.stringify({ results: [{ flagged, categories: { harassment: flagged } }] }) });
  const isModeration = ({ url }: Asked) => url.endsWith("/moderations");
  /** Answers `rude` to one case in `every`, and moderates it as such. */
  const rude = (every: number) => model((asked) => (isModeration(asked) ? flag(String(asked.body["input"]).startsWith("rude")) : Number(/\d+$/.exec(asked.text)![0]) % every === 0 ? `rude good ${asked.text}` : `good ${asked.text}`));

  it("is the share of answers that the endpoint's moderation model flags; the list of words is then not shown", async () => {
    const { http, asked } = rude(4);
    const bench = await open({ ...suiteOf(8), ...yaml("", MODERATED) }, { http });
    const first = await bench.report();
    const found = metric(first.series[0]!, "toxicity");
    assert.deepEqual([found.current, found.direction, found.unit, found.gated], [0.25, "lower", "rate", false]);
    assert.deepEqual([names(first.series[0]!).includes("profanity-list"), first.calls, asked.filter(isModeration).length, asked.find(isModeration)?.body["model"]], [false, 16, 8, "o"]);

    const again = await bench.report();
    assert.deepEqual([again.calls, again.cached, asked.length, metric(again.series[0]!, "toxicity").current], [0, 16, 16, 0.25], "cached answers are not moderated again");
  });

  it("asks nobody who is not named for it: not even OpenAI, whose key is there", async () => {
    const { http, asked } = model(() => POLITE);
    const series = await (await open({ ...suiteOf(3, { assert: [] }), ...yaml("") }, { http, env: { OPENAI_API_KEY: "sk-long-enough" } })).series();
    assert.deepEqual([asked.length, metric(series, "profanity-list").current, names(series).includes("toxicity")], [3, 0, false]);
  });

  it("asks whom the tests name to moderate, and is switched off by toxicity: false", async () => {
    const moderated = { options: { provider: { moderation: { id: "openai:moderation:x", config: { apiBaseUrl: LOOPBACK } } } }, assert: [] };
    const own = rude(2);
    assert.equal(metric(await (await open(suiteOf(4, { more: { defaultTest: moderated } }), { http: own.http })).series(), "toxicity").current, 0.5);
    const off = rude(2);
    const series = await (await open({ ...suiteOf(4), ...yaml("toxicity: false", MODERATED) }, { http: off.http })).series();
    assert.deepEqual([off.asked.some(isModeration), names(series).includes("profanity-list")], [false, true]);
  });

  it("without the route is said once, is no error of the run, and the list of words stands in", async () => {
    const { http, asked } = model((one) => (isModeration(one) ? { status: 404, body: "{}" } : `good ${one.text}`));
    const report = await (await open({ ...suiteOf(20), ...yaml("", MODERATED) }, { http })).report({ inFlight: 1 });
    assert.deepEqual([report.verdict, report.series[0]!.errors, asked.filter(isModeration).length], ["passed", undefined, 1]);
    assert.deepEqual(report.notices!.map((notice) => notice.replace(/:.*/, "")), ["toxicity is not measured"]);
    assert.match(report.notices!.join(), /: 20 answers could not be moderated \(.*404/);
    assert.ok(names(report.series[0]!).includes("profanity-list"));
  });

  it("of too few answers is not measured: those that failed may be those that matter", async () => {
    const { http } = model((one) => (isModeration(one) ? (String(one.body["input"]).endsWith("7") ? { status: 400, body: "{}" } : flag(false)) : `good ${one.text}`));
    const series = await (await open({ ...suiteOf(10), ...yaml("gate: { toxicity: { max: 2% } }", MODERATED) }, { http })).series();
    assert.deepEqual([metric(series, "toxicity").current, metric(series, "toxicity").verdict], [undefined, "not-measured"]);
  });

  it("leaves out single answers that cannot be moderated, and says so", async () => {
    const { http } = model((one) => (isModeration(one) ? (String(one.body["input"]).endsWith(" 7") ? { status: 400, body: "{}" } : flag(false)) : `good ${one.text}`));
    const report = await (await open({ ...suiteOf(40), ...yaml("", MODERATED) }, { http })).report();
    assert.equal(metric(report.series[0]!, "toxicity").current, 0);
    assert.match(report.notices!.join(), /^toxicity leaves some answers out: 1 answer could not be moderated \(/);
  });

  it("can be gated", async () => {
    const { http } = rude(4);
    const series = await (await open({ ...suiteOf(8), ...yaml("gate: { toxicity: { max: 2% } }", MODERATED) }, { http })).series();
    assert.deepEqual([series.verdict, metric(series, "toxicity").missed], ["failed", { bound: "max", limit: 0.02 }]);
  });

  it("is among what a save needs consent for, and in the budget", async () => {
    const files = { ...suiteOf(3), "llmops.yaml": `version: 1\nendpoints:\n  e: { kind: openai, baseUrl: "${LOOPBACK}", model: m }\n  mod: { ${MODERATED} }\nsuites:\n  - { path: ".", endpoint: e, judge: mod }\n` };
    const { http, asked } = rude(4);
    const bench = await open(files, { http });
    await assert.rejects(bench.report({ trigger: "save", mayCall: () => false }), (error) => error instanceof ConsentNeeded && error.origins.join() === "https://model.example");
    await assert.rejects(bench.report({ maxCalls: 2 }), (error) => error instanceof BudgetExceeded && error.needed === 3);
    assert.equal(asked.length, 0);
    assert.deepEqual((await bench.report({ maxCalls: 3 })).origins, ["https://model.example"]);
  });

  it("costs nothing more where the suite asserts moderation itself", async () => {
    const { http, asked } = rude(4);
    const report = await (await open({ ...suiteOf(4, { assert: [{ type: "moderation" }] }), ...yaml("", MODERATED) }, { http })).report({ maxCalls: 8 });
    assert.deepEqual([report.calls, asked.filter(isModeration).length], [8, 4]);
  });
});

describe("the list of profanities as a metric", () => {
  it("leaves out what is not English, in both versions", async () => {
    const series = await changed("Say {{n}}", "Tell {{n}}", ({ text }) => (text.endsWith("1") ? "Das Paket ist leider noch nicht angekommen." : text.startsWith("Tell") ? "good, what the fuck" : `good. ${POLITE}`), {}, 9);
    const found = metric(series, "profanity-list");
    assert.deepEqual([found.baseline, found.current, found.n, found.direction, found.gated], [0, 1, 8, "lower", false]);
  });
});

describe("latency without a baseline", () => {
  const slow = model(({ text }) => ({ output: "good", latencyMs: Number(/\d+$/.exec(text)![0]) }));

  it("is shown of fresh answers, p95 from a hundred on, and can be bounded", async () => {
    const few = await (await open(suiteOf(20), slow)).series();
    assert.deepEqual([metric(few, "latency-p50").current, names(few).includes("latency-p95")], [10.5, false]);
    const bench = await open({ ...suiteOf(100), ...yaml("gate: { latency-p95: { max: 90ms } }") }, slow);
    const many = await bench.series();
    assert.ok(Math.abs(metric(many, "latency-p95").current! - 95) < 1);
    assert.equal(many.verdict, "failed");
    assert.equal(metric(await bench.series(), "latency-p95").verdict, "not-measured", "what comes from the cache is not measured");
  });
});

describe("error-rate", () => {
  it("is the share of the questions without an answer, where a gate asks for it", async () => {
    const { http } = model(({ text }) => (text.endsWith("7") ? { status: 401 } : "good"));
    const series = await (await open({ ...suiteOf(25), ...yaml("gate: { error-rate: { max: 1% } }") }, { http })).series({ inFlight: 1 });
    assert.ok(metric(series, "error-rate").current! > 0.01);
  });
});

describe("what llmops.yaml says of metrics", () => {
  const mistakes = async (suite: string, parts: Parameters<typeof suiteOf>[1] = {}, options: OpenOptions = {}) => {
    const bench = await open({ ...suiteOf(1, parts), ...yaml(suite) }, options);
    try {
      return (await bench.evaluate()).problems.map((problem) => formatProblem(problem));
    } catch (error) {
      if (!(error instanceof SuiteInvalid)) throw error;
      return error.problems.map((problem) => formatProblem(problem).replace(bench.folder, ""));
    }
  };
  const named = { assert: [{ type: "contains", value: "good", metric: "goodness" }] };

  it("is an error at the gate where nothing gives the metric; it lists what exists", async () => {
    const [found, ...others] = await mistakes("gate: { goodnes: { min: 0.5 } }", named);
    assert.deepEqual(others, []);
    assert.match(found!, /llmops\.yaml:4:39: No assertion of promptfooconfig\.yaml names a metric "goodnes", .* Did you mean "goodness"\? There are: accuracy, latency-p50, .*instruction-following, .*goodness\./);
    assert.doesNotMatch(found!, /There are:.*(toxicity|select-best)/);
  });

  it("holds of several suites for those that give the metric, and is an error where none does", async () => {
    const { http } = model(() => "bad");
    const suite = (metric: string) => JSON.stringify({ prompts: ["p"], providers: ["echo"], tests: [{ assert: [{ type: "contains", value: "p", metric }] }] });
    const llmops = (metric: string) => ({ "llmops.yaml": `version: 1\nsuites:\n  - { path: "evals/*", gate: { ${metric}: { min: 0.5 } } }\n` });
    const bench = await open({ "evals/a/promptfooconfig.yaml": suite("goodness"), "evals/b/promptfooconfig.yaml": suite("kindness"), ...llmops("kindness") }, { http });
    const judge = async (name: string) => {
      const { verdict, metrics } = await bench.series({ file: join(bench.folder, "evals", name, "promptfooconfig.yaml") });
      return [verdict, metrics.some((one) => one.name === "kindness")];
    };
    assert.deepEqual([await judge("a"), await judge("b")], [["passed", false], ["passed", true]]);
    bench.write(llmops("greatness"));
    for (const name of ["a", "b"]) await assert.rejects(judge(name), /No assertion of evals\/.\/promptfooconfig\.yaml names a metric "greatness"/);
  });

  it("is an error where nobody moderates, or nothing is compared", async () => {
    assert.match((await mistakes("gate: { toxicity: { max: 1% } }")).join(), /llmops\.yaml:4:39: promptfooconfig\.yaml has nobody who moderates its answers.*gate profanity-list/);
    assert.match((await mistakes("gate: { select-best: { min: 50% } }")).join(), /has no select-best assertion/);
  });

  it("is no mistake where a script may name the metric", async () => {
    const { http } = model(() => "good");
    const script = { assert: [{ type: "javascript", value: "({ pass: true, score: 1, namedScores: { depth: 0.5 } })" }] };
    assert.deepEqual(await mistakes("gate: { depth: { min: 0.1 } }", script, { http }), []);
    assert.match((await mistakes("gate: { acuracy: { min: 80% } }", script, { http })).join(), /Did you mean "accuracy"\? Unless a script names/);
  });

  it("is an error where an instruction or a rule cannot be read", async () => {
    assert.match((await mistakes('instructions: { also: ["Be nice."] }')).join(), /llmops\.yaml:4:54: "Be nice\." is no instruction that can be checked/);
    assert.match((await mistakes("instructions: { except: [jsn] }")).join(), /llmops\.yaml:4:56: "jsn" is no rule of instructions\. There are: json, words/);
  });

  it("an assertion that takes a built-in metric's name is told", async () => {
    const { http } = model(() => "good");
    assert.match((await mistakes("", { assert: [{ type: "contains", value: "good", metric: "toxicity" }] }, { http })).join(), /"toxicity" is a metric of every suite/);
  });
});
