import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { URI } from "vscode-uri";
import { TestClient } from "../unit/server/client.ts";
import { temporaryFolder } from "../unit/store/support.ts";
import { ms, type Row } from "./measure.ts";

const PROMPTS = 1000;
const SUITES = 200;
const CASES = 30;
const ROUNDS = 100;
const PARAGRAPH = "Answer the customer politely and in at most three sentences. Never promise a refund that the policy does not allow.\n".repeat(20);
const PROMPT = `${PARAGRAPH}\nHello {{ customer }}, about {{ topic | upper }}: {% if order %}{{ order }}{% endif %}\n${PARAGRAPH}\n`;
/** Of `customer` in the prompt. */
const LINE = 21;

/** Typing in a large workspace, as an editor meets it: the engine's own process, over the protocol. */
export async function authoringRows(): Promise<Row[]> {
  const root = largeWorkspace();
  const file = join(root, "prompts/0.txt");
  const textDocument = { uri: URI.file(file).toString() };
  const started = performance.now();
  const client = await TestClient.start(root);
  const ask = <T>(method: string, line: number, character: number, more: object = {}) => client.connection.sendRequest<T>(`textDocument/${method}`, { textDocument, position: { line, character }, ...more });
  try {
    await client.open(file, PROMPT);
    await ask("hover", LINE, 12);
    const opened = performance.now() - started;
    const memory = residentMb(client.process.pid!);
    const [hovers, completions]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      // Each question meets a text that was just typed.
      await client.edit(file, [0, 0], [0, 0], "x");
      hovers.push(await timed(() => ask("hover", LINE, 12)));
      await client.edit(file, [LINE, 6], [LINE, 6], "{{ cu");
      completions.push(await timed(() => ask("completion", LINE, 11)));
      await client.edit(file, [LINE, 6], [LINE, 11], "");
    }
    let files = 0;
    const renaming = await timed(async () => (files = Object.keys((await ask<{ changes: object }>("rename", LINE, 12, { newName: "client" })).changes).length));
    const size = `${PROMPTS} prompts, ${SUITES} suites of ${CASES} cases`;
    return [
      { what: `${size}: from the engine's start to the first hover`, value: ms(opened), peer: "–", limit: "1 s", ratio: opened / 1000 },
      ...(memory === undefined ? [] : [{ what: `${size}: memory of the language server`, value: `${Math.round(memory)} MB`, peer: "–", limit: "150 MB", ratio: memory / 150 }]),
      { what: "hover on a text that was just typed, p95", value: ms(p95(hovers)), peer: "–", limit: "30 ms", ratio: p95(hovers) / 30 },
      { what: "completion on a text that was just typed, p95", value: ms(p95(completions)), peer: "–", limit: "30 ms", ratio: p95(completions) / 30 },
      { what: `rename of a variable over ${files} files: edits computed`, value: ms(renaming), peer: "–", limit: "500 ms", ratio: renaming / 500 },
    ];
  } finally {
    await client.stop();
  }
}

/** Half of the suites share one prompt, so that a variable of it is the same in 600 files. */
function largeWorkspace(): string {
  const root = temporaryFolder();
  mkdirSync(join(root, "prompts"));
  for (let i = 0; i < PROMPTS; i++) writeFileSync(join(root, `prompts/${i}.txt`), PROMPT);
  const tests = Array.from({ length: CASES }, (_, j) => `  - vars: { customer: "Ann ${j}", topic: "parcel ${j}", order: ${j} }\n    assert: [{ type: contains, value: "{{ topic }}" }, { type: llm-rubric, value: is polite, metric: politeness }]`);
  for (let i = 0; i < SUITES; i++) {
    mkdirSync(join(root, `evals/${i}`), { recursive: true });
    const own = Array.from({ length: PROMPTS / SUITES }, (_, j) => `  - file://../../prompts/${i * (PROMPTS / SUITES) + j}.txt`);
    writeFileSync(join(root, `evals/${i}/promptfooconfig.yaml`), `prompts:\n${[...own, ...(i > 0 && i % 2 === 0 ? ["  - file://../../prompts/0.txt"] : [])].join("\n")}\nproviders: [echo]\ntests:\n${tests.join("\n")}\n`);
  }
  return root;
}

/** `undefined` where the system does not say. */
function residentMb(pid: number): number | undefined {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
  } catch {
    return undefined;
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function p95(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.95)]!;
}
