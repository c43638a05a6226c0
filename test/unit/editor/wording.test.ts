import assert from "node:assert/strict";
import type { Status, SuiteState, SuiteSummary } from "../../../src/protocol/messages.ts";
import type { Verdict } from "../../../src/core/regression/report.ts";
import { escapeMarkdown, statusItem, statusTooltip, worstFirst } from "../../../src/editor/views/wording.ts";

function suite(name: string, state: SuiteState): SuiteSummary {
  return { uri: `file:///${name}`, name, cases: 120, state, prompts: [], files: [], changed: [], series: [] };
}

function judged(verdict: Verdict, broke = 0, stale = false): SuiteState {
  return { kind: "judged", verdict, stale, headline: `The headline of ${verdict}`, broke };
}

function status(...states: SuiteState[]): Status {
  return { trusted: true, paused: false, suites: states.map((state, index) => suite(`suite${index}`, state)) };
}

describe("the status bar's words", () => {
  const cases: readonly [string, Status | undefined, string][] = [
    ["before the engine answered", undefined, "$(sync~spin) LLMOps"],
    ["no suite", status(), "$(circle-outline) LLMOps"],
    ["all passed", status(judged("passed"), judged("improved")), "$(check) LLMOps"],
    ["a regression", status(judged("passed"), judged("regression", 17)), "$(error) 17 broke"],
    ["regressions in two suites", status(judged("failed", 2), judged("regression", 17)), "$(error) 19 broke"],
    ["a regression without a broken case", status(judged("regression")), "$(error) regression"],
    ["cases that broke under no gate", status(judged("passed", 3)), "$(check) LLMOps"],
    ["too little evidence", status(judged("inconclusive"), judged("passed")), "$(question) inconclusive"],
    ["a run", status({ kind: "running", done: 40, total: 60 }, { kind: "running", done: 3, total: 60 }, judged("regression", 9)), "$(sync~spin) 43/120"],
    ["no answers", status(judged("error")), "$(circle-slash) endpoint"],
    ["something else that went wrong", status({ kind: "problem", message: "The script ended." }), "$(circle-slash) not judged"],
    ["the budget", status({ kind: "budget", message: "It needs 400 calls; 200 are allowed." }), "$(debug-pause) over the budget"],
    ["a first run elsewhere", status({ kind: "consent", origins: ["https://llm.example"] }), "$(shield) Run to start"],
    ["mistakes in the suite", status({ kind: "invalid", problems: 1 }), "$(warning) 1 problem"],
    ["an old verdict", status(judged("regression", 17, true)), "$(circle-outline) LLMOps"],
    ["runs on save paused", { ...status(judged("passed")), paused: true }, "$(debug-pause) paused"],
    ["a regression while paused", { ...status(judged("regression", 1)), paused: true }, "$(error) 1 broke"],
  ];
  for (const [what, state, text] of cases) {
    it(`${what}: ${text}`, () => assert.equal(statusItem(state).text, text));
  }

  it("are said without icons", () => {
    assert.equal(statusItem(status(judged("regression", 17))).label, "LLMOps: regression, 17 cases broke");
  });

  it("come with every suite's verdict, worst first", () => {
    const text = statusTooltip(status(judged("passed"), judged("regression", 1)));
    assert.ok(text.indexOf("suite1") < text.indexOf("suite0"), text);
    assert.match(text, /The headline of regression/);
  });
});

describe("suites", () => {
  it("are listed worst first", () => {
    const states: SuiteState[] = [judged("passed"), { kind: "never" }, judged("regression", 1, true), judged("inconclusive"), { kind: "running", done: 0, total: 1 }, judged("error"), judged("regression")];
    assert.deepEqual(
      worstFirst(status(...states).suites).map(({ state }) => (state.kind === "judged" ? (state.stale ? "stale" : state.verdict) : state.kind)),
      ["regression", "error", "running", "inconclusive", "stale", "never", "passed"],
    );
  });

  it("say nothing in Markdown but what they are called", () => {
    assert.equal(escapeMarkdown("[a](command:b) $(x) <b>"), "\\[a\\]\\(command:b\\) \\$\\(x\\) \\<b\\>");
  });
});
