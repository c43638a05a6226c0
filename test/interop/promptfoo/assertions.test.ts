import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { diskSnapshot } from "../../../src/core/config/diskSnapshot.ts";
import { Redactor } from "../../../src/core/config/redactor.ts";
import { createJudge } from "../../../src/core/evals/assertions/gradeRow.ts";
import { type Answer, JudgeError } from "../../../src/core/evals/model.ts";
import { createProvider } from "../../../src/core/evals/providers/registry.ts";
import { loadSuite } from "../../../src/core/evals/suite/loadSuite.ts";
import { createSuiteCode } from "../../../src/core/evals/suiteCode/pool.ts";
import { createRenderer } from "../../../src/core/prompts/renderer.ts";
import { nodeHost } from "../../../src/engine/nodeHost.ts";
import { root } from "../../harness/paths.ts";
import { processes } from "../../unit/assertions/support.ts";
import { ENGINE, ENV } from "../../unit/engine.ts";
import { answered, given, type Tested } from "./assertions/rows.ts";
import { startJudgingEndpoint } from "./assertions/endpoint.ts";
import type { AnsweringEndpoint } from "./listen.ts";
import { promptfooEntry } from "./install.ts";
import { removeDatabases, type Row, runPromptfoo } from "./sides.ts";

/** What decides a row. */
type Verdict = Pick<Row, "success" | "score" | "error">;

const PIECE = 200;
const DOCUMENTED = readFileSync(join(root, "docs/promptfoo-differences.md"), "utf8").replace(/\s+/g, " ");
const hasRuby = spawnSync("ruby", ["-v"]).status === 0;

/** Hundreds of rows over all assertions that need no model are judged by promptfoo itself and by our judge. */
describe("assertions give promptfoo's verdicts", function () {
  this.timeout(10 * 60_000);
  let entry: string;
  let endpoint: AnsweringEndpoint;

  before(async function () {
    entry = promptfooEntry(this);
    endpoint = await startJudgingEndpoint();
  });
  after(() => {
    endpoint?.close();
    removeDatabases();
  });

  it("for outputs that the suite gives", async () => {
    if (!hasRuby) console.log("      ruby is not installed: its rows are left out");
    const rows = given(endpoint.url).filter(({ assert: nodes }) => hasRuby || !/"(?:not-)?ruby"/.test(JSON.stringify(nodes)));
    await compare(rows, { prompts: ["{{text}}"], providers: ["echo"] });
  });

  it("for answers of an endpoint, with finish reasons, log probabilities and calls", async () => {
    const config = { apiBaseUrl: `${endpoint.url}/v1`, apiKey: "none", ...answered.config };
    await compare(answered.rows, { prompts: ["ANSWER {{answer}}"], providers: [{ id: "openai:chat:model", config }] });
  });

  async function compare(rows: readonly Tested[], head: object): Promise<void> {
    const tests = rows.map(({ output, vars, assert: nodes, threshold }, n) => ({
      vars: { n, text: "", ...vars },
      ...(output === undefined || output === "" ? {} : { providerOutput: output }),
      ...(threshold === undefined ? {} : { threshold }),
      assert: nodes,
    }));
    const theirs = await judgedByPromptfoo(head, tests);
    const ours = await judgedHere({ ...head, tests });
    const wrong: string[] = [];
    rows.forEach(({ differs, ...row }, n) => {
      const same = isSame(theirs[n], ours[n]);
      const said = () => `${JSON.stringify(row)}: ${JSON.stringify(theirs[n])} there, ${JSON.stringify(ours[n])} here`;
      if (!theirs[n]) wrong.push(`promptfoo has no row for ${JSON.stringify(row)}`);
      if (differs === undefined && !same) wrong.push(said());
      if (differs !== undefined && same) wrong.push(`the sides agree by now: take out "differs" of ${said()}`);
      if (differs !== undefined && !DOCUMENTED.includes(differs)) wrong.push(`docs/promptfoo-differences.md does not say "${differs}"`);
    });
    console.log(`      ${rows.length} rows; ${rows.filter(({ differs }) => differs !== undefined).length} differ as documented`);
    assert.deepEqual(wrong, []);
  }

  /** In pieces: one process is to end before it is taken for hung. */
  async function judgedByPromptfoo(head: object, tests: readonly object[]): Promise<Verdict[]> {
    const verdicts: Verdict[] = [];
    for (let first = 0; first < tests.length; first += PIECE) {
      const outcome = await runPromptfoo({ config: { ...head, tests: tests.slice(first, first + PIECE) } }, endpoint.url, entry);
      assert.ok("rows" in outcome, `promptfoo stops: ${JSON.stringify(outcome)}`);
      for (const { vars, success, score, error } of outcome.rows) verdicts[Number(vars["n"])] = { success, score, error };
    }
    return verdicts;
  }
});

function isSame(a: Verdict | undefined, b: Verdict | undefined): boolean {
  return a !== undefined && b !== undefined && a.success === b.success && a.error === b.error && (a.error || Math.abs(a.score - b.score) <= 1e-6);
}

/** By the reader, the providers and the judge alone: no store, no command line. */
async function judgedHere(config: object): Promise<Verdict[]> {
  const folder = mkdtempSync(join(tmpdir(), "llmops-interop-"));
  const host = nodeHost({ entry: ENGINE, env: ENV, secrets: { get: () => Promise.resolve("missing"), mayRelease: () => Promise.resolve(true) }, log: { debug() {}, info() {}, warn() {}, error() {} } });
  const suiteCode = createSuiteCode(processes, { cwd: folder });
  try {
    const file = join(folder, "promptfooconfig.yaml");
    writeFileSync(file, JSON.stringify(config));
    const suite = await loadSuite({ snapshot: diskSnapshot(folder), root: folder, file, env: {} });
    const renderer = await createRenderer();
    const judge = createJudge({ render: (text, vars) => renderer.text(text, vars, {}), suiteCode, http: host.http });
    const provider = createProvider(suite.providers[0]!, { host, sandbox: () => Promise.reject(new Error("no sandbox")), env: {}, timeoutMs: undefined, redactor: new Redactor() })!;
    return await Promise.all(
      suite.cases.map(async (test) => {
        const { messages, text } = renderer.prompt(suite.prompts[0]!.template, test.vars, {});
        const prepared = provider.prepare({ messages, text, vars: test.vars, overrides: {} });
        const answer: Answer = test.providerOutput === undefined ? { ...(await provider.send(prepared, new AbortController().signal)), cached: false } : { output: test.providerOutput, latencyMs: 0, cost: 0, usage: undefined, finishReason: undefined, fingerprint: undefined, cached: true };
        try {
          const { pass, score } = await judge({ test, answer, promptText: text, provider });
          return { success: pass, score, error: false };
        } catch (error) {
          if (!(error instanceof JudgeError)) throw error;
          return { success: false, score: 0, error: true };
        }
      }),
    );
  } finally {
    suiteCode.close();
    host.http.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
