import { join } from "node:path";
import { ms, type Row, timeAndPeak } from "../measure.ts";
import { type Bench, evalAnew, suite } from "./subject.ts";

/** Mebibytes that a large table may take. */
const PEAK = 300;
/** What a case of a large table may take, over one of a small one. */
const GROWTH = 1.25;

const FORMATS = {
  csv: (cases: number) => `question,topic,__expected\n${many(cases, (i) => `"${question(i)}",topic ${i},contains:order ${i}\n`)}`,
  jsonl: (cases: number) => many(cases, (i) => `${JSON.stringify({ vars: { question: question(i), topic: `topic ${i}` }, assert: [{ type: "contains", value: `order ${i}` }] })}\n`),
};

/** Tests from tables: time is to grow with the cases, and memory is not to. */
export async function tableRows({ folder, plan: { tables: [few, many] } }: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [format, write] of Object.entries(FORMATS)) {
    const run = (cases: number) => {
      const file = `tests.${format}`;
      const cwd = suite(join(folder, `${format}-${cases}`), `prompts: ["Answer about {{topic}}: {{question}}"]\nproviders: [echo]\ntests: file://${file}\n`, { [file]: write(cases) });
      return timeAndPeak(evalAnew(cwd));
    };
    const small = await run(few);
    const large = await run(many);
    const each = [small.ms / few, large.ms / many] as const;
    const what = `${many.toLocaleString("en")} echo cases from ${format.toUpperCase()}`;
    rows.push(
      { what: `${what}: time`, value: `${ms(large.ms)}, ${(each[1] * 1000).toFixed(0)} µs each`, peer: `of ${few.toLocaleString("en")} ${ms(small.ms)}, ${(each[0] * 1000).toFixed(0)} µs each`, limit: `${GROWTH}× each`, ratio: each[1] / each[0] / GROWTH },
      { what: `${what}: peak memory`, value: `${Math.round(large.peak)} MiB`, peer: `of ${few.toLocaleString("en")} ${Math.round(small.peak)} MiB`, limit: `${PEAK} MiB`, ratio: large.peak / PEAK },
    );
  }
  return rows;
}

function many(cases: number, line: (i: number) => string): string {
  return Array.from({ length: cases }, (_, i) => line(i)).join("");
}

function question(i: number): string {
  return `What is the state of order ${i}, and when does it come to the customer who asked?`;
}
