import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../harness/paths.ts";
import { differences } from "./compare.ts";
import { startEndpoint } from "./endpoint.ts";
import type { AnsweringEndpoint } from "./listen.ts";
import { promptfooEntry } from "./install.ts";
import { type Example, type Outcome, removeDatabases, runOurs, runPromptfoo } from "./sides.ts";
import { codePrompts, codeVariables } from "./suites/code.ts";
import { codeProviders } from "./suites/codeProviders.ts";
import { conversations } from "./suites/conversations.ts";
import { codeTests, transformedVariables } from "./suites/codeTests.ts";
import { csv } from "./suites/csv.ts";
import { documented } from "./suites/documented.ts";
import { expansion } from "./suites/expansion.ts";
import { hooks } from "./suites/hooks.ts";
import { prompts } from "./suites/prompts.ts";
import { providers } from "./suites/providers.ts";
import { scenarios } from "./suites/scenarios.ts";
import { scoring } from "./suites/scoring.ts";
import { testFiles } from "./suites/testFiles.ts";
import { transforms } from "./suites/transforms.ts";
import { variables } from "./suites/variables.ts";

const TABLES: Readonly<Record<string, Readonly<Record<string, Example>>>> = { expansion, variables, prompts, "files of tests": testFiles, CSV: csv, scoring, providers, transforms, scenarios, conversations, "prompts made by code": codePrompts, "variables made by code": codeVariables, "tests made by code": codeTests, "transforms of variables": transformedVariables, "providers made by code": codeProviders, hooks, "as documented": documented };
const DOCUMENTED = readFileSync(join(root, "docs/promptfoo-differences.md"), "utf8").replace(/\s+/g, " ");

/** Each suite is run by promptfoo itself and by the built engine; every row must come to the same. */
describe("suites give promptfoo's verdicts", () => {
  const examples = Object.values(TABLES).flatMap((table) => Object.values(table));
  const count = { suites: 0, rows: 0, differing: 0 };
  let endpoint: AnsweringEndpoint;
  let outcomes: (example: Example) => Promise<[theirs: Outcome, ours: Outcome]>;

  before(async function () {
    this.timeout(20 * 60_000);
    const entry = promptfooEntry(this);
    endpoint = await startEndpoint();
    outcomes = lookAhead(examples, (example) => Promise.all([runPromptfoo(example, endpoint.url, entry), runOurs(example, endpoint.url)]));
  });

  after(() => {
    endpoint?.close();
    removeDatabases();
    if (count.suites > 0) console.log(`      ${count.suites} suites, ${count.rows} rows; ${count.differing} suites differ as documented`);
  });

  for (const [name, table] of Object.entries(TABLES)) {
    describe(name, () => {
      for (const [title, example] of Object.entries(table)) {
        it(title, async () => {
          const [theirs, ours] = await outcomes(example);
          const found = differences(theirs, ours);
          count.suites++;
          count.rows += "rows" in theirs ? theirs.rows.length : 0;
          if (example.differs === undefined) return assert.deepEqual(found, []);
          assert.notDeepEqual(found, [], "The sides agree by now: take out `differs`, and the line of the documentation.");
          assert.ok(DOCUMENTED.includes(example.differs), `docs/promptfoo-differences.md does not say: ${example.differs}`);
          count.differing++;
        });
      }
    });
  }
});

/** Works that are started when they are asked for, and the next one with each: a machine of two cores is then always busy. */
function lookAhead<T, R>(items: readonly T[], work: (item: T) => Promise<R>): (item: T) => Promise<R> {
  const started = new Map<T, Promise<R>>();
  const start = (item: T): Promise<R> => {
    let result = started.get(item);
    if (!result) {
      result = work(item);
      // It is the test's to fail.
      result.catch(() => {});
      started.set(item, result);
    }
    return result;
  };
  return (item) => {
    const result = start(item);
    const next = items[items.indexOf(item) + 1];
    if (next !== undefined) start(next);
    return result;
  };
}
