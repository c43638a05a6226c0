import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { createRandom } from "../../src/core/regression/statistics/random.ts";
import { temporaryFolder } from "../unit/store/support.ts";
import { type Row, timeAndPeak } from "./measure.ts";

const ENGINE = resolve(import.meta.dirname, "../../dist/engine.js");
const ROWS = 1_000_000;
const SECONDS = 90;
const MEGABYTES = 500;

/** All checks of a large file of training data, near duplicates included. */
export async function trainingRows(): Promise<Row[]> {
  const folder = temporaryFolder();
  const megabytes = await write(join(folder, "data.jsonl"));
  const { ms, peak } = await timeAndPeak({ file: process.execPath, args: [ENGINE, "data", "check", "data.jsonl"], cwd: folder });
  const what = `llmops data check, ${ROWS.toLocaleString("en")} rows of ${Math.round(megabytes)} MB`;
  return [
    { what, value: `${(ms / 1000).toFixed(1)} s`, peer: "–", limit: `${SECONDS} s`, ratio: ms / 1000 / SECONDS },
    { what: `${what}: peak memory`, value: `${Math.round(peak)} MiB`, peer: "–", limit: `${MEGABYTES} MiB`, ratio: peak / MEGABYTES },
  ];
}

/** Rows of random words under one template; each 500th is nearly the one before it. */
async function write(file: string): Promise<number> {
  const random = createRandom(1);
  const pick = (from: number) => random.uint32() % from;
  const words = Array.from({ length: 20_000 }, () => Array.from({ length: 3 + pick(7) }, () => String.fromCharCode(97 + pick(26))).join(""));
  const output = createWriteStream(file);
  let before: string[] = [];
  for (let at = 0; at < ROWS; at++) {
    const text = at % 500 === 7 ? [...before.slice(0, -1), words[pick(words.length)]!] : Array.from({ length: 6 + pick(8) }, () => words[pick(words.length)]!);
    before = text;
    const row = { messages: [{ role: "system", content: "Answer with a category." }, { role: "user", content: `Ticket: ${text.join(" ")}` }, { role: "assistant", content: ["hardware", "network", "access", "software"][pick(4)] }] };
    if (!output.write(`${JSON.stringify(row)}\n`)) await once(output, "drain");
  }
  output.end();
  await once(output, "close");
  return output.bytesWritten / 1e6;
}
