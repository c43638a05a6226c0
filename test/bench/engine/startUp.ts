import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../harness/paths.ts";
import { ms, type Row, wholeProcess } from "../measure.ts";
import { type Bench, engine, evalAnew, NODE, suite } from "./subject.ts";

const ECHO = "providers: [echo]\nprompts: ['Say {{word}}']\ntests: [{vars: {word: hello}, assert: [{type: contains, value: hello}]}]\n";

/** What is there before anything is evaluated. */
export async function startUpRows({ folder, plan, promptfoo }: Bench): Promise<Row[]> {
  const extension = statSync(join(root, "dist/extension.js")).size;
  const empty = join(folder, "empty.js");
  writeFileSync(empty, "");
  const node = await wholeProcess({ file: NODE, args: [empty] }, plan.runs);
  const version = await wholeProcess(engine("--version"), plan.runs);
  const echo = suite(join(folder, "echo"), ECHO);
  const echoed = await wholeProcess(evalAnew(echo), plan.runs);
  return [
    { what: "dist/extension.js, what activation loads", value: `${(extension / 1000).toFixed(1)} KB`, peer: "–", limit: "150 KB", ratio: extension / 150_000 },
    { what: "llmops --version", value: ms(version), peer: `empty Node ${ms(node)}; ${await promptfoo.beside(["--version"], { runs: plan.slowRuns })}`, limit: "2× Node", ratio: version / node / 2 },
    { what: "eval of one echo test", value: ms(echoed), peer: `empty Node ${ms(node)}; ${await promptfoo.beside(["eval", "--no-cache"], { cwd: echo, runs: plan.slowRuns })}`, limit: "4× Node", ratio: echoed / node / 4 },
  ];
}
