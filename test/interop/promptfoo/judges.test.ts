import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { resultsOf } from "../../../src/core/store/runs.ts";
import { root } from "../../harness/paths.ts";
import { open, SUITE } from "../../unit/runner/support.ts";
import type { AnsweringEndpoint } from "./listen.ts";
import { promptfooEntry } from "./install.ts";
import { startJudge } from "./judges/endpoint.ts";
import { ROWS } from "./judges/rows.ts";
import { removeDatabases, runPromptfoo } from "./sides.ts";

const DOCUMENTED = readFileSync(join(root, "docs/promptfoo-differences.md"), "utf8").replace(/\s+/g, " ");

interface Verdict {
  readonly success: boolean;
  readonly score: number;
  readonly error: boolean;
}

/** Both sides get the same replies of a judge; what they make of them is compared, row by row. */
describe("judges give promptfoo's verdicts", function () {
  this.timeout(5 * 60_000);
  let entry: string;
  let judge: AnsweringEndpoint;

  before(async function () {
    entry = promptfooEntry(this);
    judge = await startJudge();
  });
  after(() => {
    judge?.close();
    removeDatabases();
  });

  const provider = (id: string) => ({ id, config: { apiBaseUrl: "ENDPOINT/v1", apiKey: "none" } });
  const graders = { text: provider("openai:chat:judge"), embedding: provider("openai:embedding:vectors"), moderation: provider("openai:moderation:omni-moderation-latest") };
  const suiteOf = (prompts: readonly string[], tests: readonly object[]) => ({ prompts, providers: ["echo"], defaultTest: { options: { provider: graders } }, tests });

  /** By `n` of the variables and the column. */
  async function theirs(config: object): Promise<Map<string, Verdict>> {
    const outcome = await runPromptfoo({ config }, judge.url, entry);
    assert.ok("rows" in outcome, `promptfoo stops: ${JSON.stringify(outcome).slice(0, 2000)}`);
    return new Map(outcome.rows.map(({ vars, column, success, score, error }) => [`${String(vars["n"])} ${column}`, { success, score, error }]));
  }

  async function ours(config: { tests: readonly object[] }): Promise<Map<string, Verdict & { reason: string }>> {
    // A literal key is a mistake in our eyes only in llmops.yaml.
    const bench = await open({ [SUITE]: JSON.stringify(config).replaceAll("ENDPOINT", judge.url) });
    const { report, version } = await bench.evaluate();
    const columns = report.series.map(({ key }) => key);
    const cases = new Map(version.suite.cases.map((test) => [test.id, test]));
    return new Map(
      resultsOf(bench.workspace.store, report.runId).map(({ series, caseId, status, score = 0, detail }) => [
        `${String(cases.get(caseId)!.vars["n"])} ${columns.indexOf(series)}`,
        { success: status === "passed", score, error: status === "error", reason: (JSON.parse(detail!) as { reason: string }).reason },
      ]),
    );
  }

  it("for every type and kind of reply", async () => {
    const tests = ROWS.map(({ assert: one, out, vars, options }, n) => ({ vars: { n, out, ...vars }, assert: [one], options: { disableVarExpansion: true, ...options } }));
    const config = suiteOf(["{{out}}"], tests);
    const [there, here] = [await theirs(config), await ours(config)];
    const wrong: string[] = [];
    for (const [n, { differs, ...row }] of ROWS.entries()) {
      const [a, b] = [there.get(`${n} 0`), here.get(`${n} 0`)];
      const same = a !== undefined && b !== undefined && a.success === b.success && a.error === b.error && (a.error || Math.abs(a.score - b.score) <= 1e-6);
      const said = `${JSON.stringify(row)}: ${JSON.stringify(a)} there, ${JSON.stringify(b)} here`;
      if (differs === undefined && !same) wrong.push(said);
      if (differs !== undefined && same) wrong.push(`the sides agree by now: take out "differs" of ${said}`);
      if (differs !== undefined && !same && !b?.error) wrong.push(`not an error: ${said}`);
      if (differs !== undefined && !DOCUMENTED.includes(differs)) wrong.push(`docs/promptfoo-differences.md does not say "${differs}"`);
    }
    console.log(`      ${ROWS.length} rows; ${ROWS.filter(({ differs }) => differs !== undefined).length} differ as documented`);
    assert.deepEqual(wrong, []);
  });

  it("for comparisons of columns", async () => {
    // By its text: promptfoo shows first what has failed, an accident of its database.
    const best = (word: string) => ({ type: "select-best", value: "best", rubricPrompt: `PICK ${word}{% for output in outputs %}[{{loop.index0}} {{output}}]{% endfor %}` });
    const contains = (value: string, more = {}) => ({ type: "contains", value, ...more });
    const asserts = [
      [best("one")],
      [best("two")],
      [best("three")],
      [contains("one"), best("one")],
      [contains("one"), best("two")],
      [contains("one"), contains("a"), best("two")],
      [contains("one"), { type: "max-score" }],
      [contains("two"), contains("o", { weight: 3 }), { type: "max-score" }],
      [contains("x"), { type: "max-score" }],
      [contains("one"), contains("two"), { type: "max-score", value: { method: "sum", weights: { contains: 2 } } }],
      [contains("one"), { type: "max-score", value: { threshold: 2 } }],
      [contains("two"), best("two"), { type: "max-score" }],
      [contains("two"), best("one"), { type: "max-score" }],
      [contains("one", { weight: 0 }), best("three")],
    ];
    const tests = asserts.map((list, n) => ({ vars: { n, a: "a" }, assert: list }));
    const config = suiteOf(["one {{a}} {{n}}", "two {{a}} {{n}}", "three {{a}} {{n}}"], tests);
    const [there, here] = [await theirs(config), await ours(config)];
    assert.equal(there.size, asserts.length * 3);
    for (const [key, { success, score, error }] of there) {
      const { reason, ...own } = here.get(key)!;
      assert.deepEqual(own, { success, score, error }, `${key} ${JSON.stringify(asserts[Number(key.split(" ")[0])])} ${reason}`);
    }
  });
});
