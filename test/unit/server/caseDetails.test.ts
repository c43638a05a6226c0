import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { caseDetails } from "../../../src/server/worker/caseDetails.ts";
import { loadSuite } from "../../../src/core/evals/suite/loadSuite.ts";
import { LOOPBACK, model, open, type Reply, suiteOf } from "../runner/support.ts";

const JUDGE = { id: "openai:chat:judge", config: { apiBaseUrl: LOOPBACK } };

/** The page of the only case of a suite with two prompts, whose model says what it is asked. */
async function page(assertions: readonly Record<string, unknown>[], reply: Reply = "1", prompts: readonly string[] = ["first {{n}}", "second {{n}}"]): Promise<string> {
  const { http } = model(({ body, text }) => (body["model"] === "m" ? `said ${text}` : reply));
  const bench = await open(suiteOf(1, { assert: assertions, more: { prompts: prompts.map((raw, i) => ({ raw, label: `p${i}` })) } }), { http });
  const suite = await loadSuite({ snapshot: bench.workspace.disk, root: bench.folder, file: bench.suite, env: {} });
  return caseDetails(bench.workspace, bench.suite, suite.cases[0]!.id, () => Promise.reject(new Error("No sandbox.")), new AbortController().signal);
}

/** What is said of each column, by its prompt. */
const verdicts = (text: string) => [...text.matchAll(/^## (p\d)[^\n]*\n[\s\S]*?^## (Passed|Failed)[^\n]*\n\n((?:- [✓✗][^\n]*\n?)*)/gm)].map(([, prompt, verdict, list]) => [prompt, verdict, list!.trim().split("\n")]);

describe("the page of a case", () => {
  it("shows request, response, and why each assertion holds", async () => {
    const text = await page([{ type: "contains", value: "first" }]);
    assert.match(text, /\*\*Request\*\*[\s\S]+"model": "m"[\s\S]+said first 1/);
    assert.deepEqual(verdicts(text).map(([prompt, verdict]) => [prompt, verdict]), [["p0", "Passed"], ["p1", "Failed"]]);
  });

  it("compares the columns, and says why one was not chosen", async () => {
    const text = await page([{ type: "contains", value: "said" }, { type: "select-best", value: "is short", provider: JUDGE }]);
    const [first, second] = verdicts(text);
    assert.deepEqual([first?.[1], second?.[1]], ["Failed", "Passed"]);
    assert.match(String(first?.[2]), /✓ `contains`.*✗ `select-best` Not the best of 2 outputs: is short/);
    assert.match(String(second?.[2]), /✓ `select-best` Chosen as the best of 2 outputs: is short/);
    assert.match(await page([{ type: "contains", value: "second" }, { type: "max-score" }]), /✗ `max-score` Not the best output: score 0\.000, the best has 1\.000/);
  });

  it("says where they cannot be compared", async () => {
    assert.match(await page([{ type: "select-best", value: "is short", provider: JUDGE }], "Both are fine."), /Not compared: The judge openai:chat:judge answered no number from 0 to 1/);
  });

  it("asks it as hooks leave it, which hear of the end", async () => {
    const hooks = "import { writeFileSync } from 'node:fs';\nexport default (hook, context) => { if (hook === 'beforeAll') context.suite.prompts[0].raw += '!'; if (hook === 'beforeEach') { context.test.vars.n = 7; context.test.assert = [{ type: 'equals', value: 'said first 7!' }]; } if (hook === 'afterAll') writeFileSync('ended', ''); };";
    const { http } = model(({ text }) => `said ${text}`);
    const bench = await open({ ...suiteOf(1, { more: { prompts: ["first {{n}}"], extensions: ["file://h.mjs"] } }), "h.mjs": hooks }, { http });
    const suite = await loadSuite({ snapshot: bench.workspace.disk, root: bench.folder, file: bench.suite, env: {} });
    const text = await caseDetails(bench.workspace, bench.suite, suite.cases[0]!.id, () => Promise.reject(new Error("No sandbox.")), new AbortController().signal);
    assert.match(text, /"n": 7[^]+said first 7![^]+## Passed[^]+✓ `equals`/);
    assert.ok(existsSync(join(bench.folder, "ended")));
  });

  it("lists the instructions that the answer keeps, and what it was measured by", async () => {
    const text = await page([], "", ["Reply in at most 2 words. Do not mention prices.\nSay {{n}}"]);
    assert.match(text, /\*\*Instructions\*\*\n\n- ✗ `words` Reply in at most 2 words\.\n- ✗ `no-mention` Do not mention prices\./);
    assert.match(text, /\*\*Measured\*\*\n\n- profanity-list: 0/);
  });
});
