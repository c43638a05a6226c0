import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import type { Sandbox } from "../../../src/sandbox/server.ts";
import { ask, type Message, useSandbox } from "./client.ts";

const SAMPLE = new URL("../../../samples/support/", import.meta.url);
const read = (file: string) => readFileSync(new URL(file, SAMPLE), "utf8");
const rows: { message: string; category: string; "__metadata:id": string }[] = parse(read("evals/support/tests.csv"), { columns: true });
const TRIAGE = read("prompts/triage.txt").trim();
const LABELS = ["billing", "refund", "delivery", "account", "technical", "product"];

type Render = (message: string) => string | Message[];
const template = (text: string): Render => (message) => text.replace("{{message}}", () => message);

/** Per case: the category of an answer in the format asked for, as the suite's assertions judge it. */
async function run(sandbox: Sandbox, render: Render, extra: object = {}): Promise<boolean[]> {
  return Promise.all(rows.map(async ({ message, category }) => (await ask(sandbox, render(message), extra)) === JSON.stringify({ category })));
}

const accuracy = (results: readonly boolean[]) => results.filter(Boolean).length / results.length;

/** One-sided McNemar mid-p for a drop: P(more broke) + ½ P(as many broke) under the null of a fair coin. */
function midP(before: readonly boolean[], after: readonly boolean[]): number {
  const broke = before.filter((pass, i) => pass && !after[i]).length;
  const n = before.filter((pass, i) => pass !== after[i]).length;
  const binomial = (k: number) => Array.from({ length: k }, (_, i) => (n - i) / (i + 1)).reduce((product, factor) => product * factor, 1) / 2 ** n;
  let p = binomial(broke) / 2;
  for (let k = broke + 1; k <= n; k++) p += binomial(k);
  return p;
}

const block = (label: string) => TRIAGE.split("\n").filter((line) => line.endsWith(` -> ${label}`));

describe("the support sample on the sandbox", () => {
  const sandbox = useSandbox();
  let base: boolean[];
  before(async () => {
    base = await run(sandbox.get(), template(TRIAGE));
  });

  it("has 120 different messages, 20 a category, none of them an example of the prompt", () => {
    assert.equal(new Set(rows.map(({ message }) => message.toLowerCase())).size, 120);
    assert.equal(new Set(rows.map((row) => row["__metadata:id"])).size, 120);
    for (const label of LABELS) {
      assert.equal(rows.filter(({ category }) => category === label).length, 20, label);
      assert.equal(block(label).length, 5, label);
    }
    const examples = TRIAGE.toLowerCase();
    for (const { message } of rows) assert.ok(!examples.includes(message.toLowerCase().replace(/\W+$/, "")), message);
  });

  it("is answered right in 80 to 95 % of the cases", () => {
    assert.ok(accuracy(base) >= 0.8 && accuracy(base) <= 0.95, String(accuracy(base)));
  });

  for (const label of LABELS) {
    it(`proves a regression when the examples of ${label} are deleted`, async () => {
      const without = template(TRIAGE.split("\n").filter((line) => !line.endsWith(` -> ${label}`)).join("\n"));
      const results = await run(sandbox.get(), without);
      const drop = accuracy(base) - accuracy(results);
      assert.ok(midP(base, results) < 0.01, `p ${midP(base, results)}`);
      assert.ok(drop > 0.08 && drop < 0.22, String(drop));
    });

    it(`loses little when ${label} keeps three of its five examples`, async () => {
      const gone = new Set(block(label).slice(3));
      const results = await run(sandbox.get(), template(TRIAGE.split("\n").filter((line) => !gone.has(line)).join("\n")));
      assert.ok(accuracy(base) - accuracy(results) < 0.08, String(accuracy(results)));
    });
  }

  it("shows what its README says", async () => {
    const refund = block("refund");
    const change = async (lines: readonly string[]) => {
      const results = await run(sandbox.get(), template(TRIAGE.split("\n").filter((line) => !lines.includes(line)).join("\n")));
      const count = (was: boolean) => results.filter((pass, i) => base[i] === was && pass !== was).length;
      const percent = (value: number) => `${(value * 100).toFixed(1)} %`;
      return [`${percent(accuracy(base))} → ${percent(accuracy(results))}, ${count(true)} cases broke, ${count(false)}`, midP(base, results)] as const;
    };
    const [all, pAll] = await change(refund);
    const [two, pTwo] = await change(refund.slice(3));
    for (const fact of [all, two, `${base.filter(Boolean).length} of 120`]) assert.ok(read("README.md").includes(fact), fact);
    assert.ok(pAll < 0.01 && pTwo > 0.05);
  });

  it("breaks every JSON answer when the format line is deleted, but still knows the categories", async () => {
    const render = template(TRIAGE.split("\n").filter((line) => !line.includes("JSON")).join("\n"));
    assert.equal(accuracy(await run(sandbox.get(), render)), 0);
    const answers = await Promise.all(rows.map(({ message }) => ask(sandbox.get(), render(message))));
    assert.deepEqual(answers.map((answer, i) => answer === rows[i]!.category), base);
  });

  it("answers the same when the words of the instructions are reordered", async () => {
    const shuffled = TRIAGE.replace(/^.*\n.*\n/, (lines) => lines.split("\n").map((line) => line.split(" ").reverse().join(" ")).join("\n"));
    assert.notEqual(shuffled, TRIAGE);
    assert.deepEqual(await run(sandbox.get(), template(shuffled)), base);
    const labels = TRIAGE.replace(/Categories: .*/, (line) => `Categories: ${line.slice(12).split(", ").reverse().join(", ")}`);
    assert.deepEqual(await run(sandbox.get(), template(labels)), base);
  });

  it("is read the same with Windows line ends", async () => {
    assert.deepEqual(await run(sandbox.get(), template(TRIAGE.replaceAll("\n", "\r\n"))), base);
  });

  it("keeps its gate of 70 % with the short chat prompt, which describes the categories and has one example of each", async () => {
    const messages = JSON.parse(read("prompts/triage-short.json")) as Message[];
    const render: Render = (message) => messages.map((turn) => ({ ...turn, content: String(turn.content).replace("{{message}}", () => message) }));
    const results = accuracy(await run(sandbox.get(), render));
    assert.ok(results > 0.7 && results < accuracy(base), String(results));
    messages[0]!.content = String(messages[0]!.content).replace(/^(- \w+): .*$/gm, "$1");
    assert.ok(accuracy(await run(sandbox.get(), render)) < results - 0.1);
  });

  it("flips some cases at a temperature, the same ones for the same seed", async () => {
    const [one, again, other] = await Promise.all([1, 1, 2].map((seed) => run(sandbox.get(), template(TRIAGE), { temperature: 1, seed })));
    assert.deepEqual(one, again);
    assert.notDeepEqual(one, other);
    const flipped = one!.filter((pass, i) => pass !== base[i]).length;
    assert.ok(flipped > 0 && flipped < 60, String(flipped));
    assert.ok(midP(base, one!) < 1 && accuracy(one!) > 0.6, String(accuracy(one!)));
  });

  it("is led astray less in the large model", async () => {
    const hot = { temperature: 2 };
    const right = async (model: string) => {
      const runs = await Promise.all([1, 2, 3].map((seed) => run(sandbox.get(), template(TRIAGE), { ...hot, seed, model })));
      return accuracy(runs.flat());
    };
    assert.ok((await right("sandbox-large")) > (await right("sandbox-small")));
  });
});
