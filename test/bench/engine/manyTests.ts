import { join } from "node:path";
import { ms, type Row, wholeProcess } from "../measure.ts";
import { type Bench, evalAnew, suite } from "./subject.ts";

const TESTS = 5000;

/** Many tests in the suite's own YAML, and no endpoint to wait for. */
export async function manyTestRows({ folder, plan, promptfoo }: Bench): Promise<Row[]> {
  const tests = Array.from({ length: TESTS }, (_, i) => `  - vars: {q: "order ${i}"}\n    assert: [{type: contains, value: "order ${i}"}]\n`);
  const cwd = suite(join(folder, "many"), `prompts: ["Answer {{q}}"]\nproviders: [echo]\ntests:\n${tests.join("")}`);
  const time = await wholeProcess(evalAnew(cwd), plan.slowRuns);
  const peer = plan.slowPeers ? await promptfoo.beside(["eval", "--no-cache"], { cwd }) : "promptfoo: not in the short bench";
  return [{ what: `${TESTS} echo tests from YAML`, value: ms(time), peer, limit: "1000 ms", ratio: time / 1000 }];
}
