import assert from "node:assert/strict";
import { join } from "node:path";
import { writeFileSync } from "node:fs";
import { checkData } from "../../../src/core/training/checks/checkData.ts";
import { jaccard, shingleHashes } from "../../../src/core/training/checks/shingles.ts";
import { checks } from "../../../src/core/config/schemaTraining.ts";
import { createRandom } from "../../../src/core/regression/statistics/random.ts";
import { row, TrainingBench } from "./support.ts";

const SIMILARITY = 0.8;

describe("near duplicates", function () {
  this.timeout(60_000);
  let bench: TrainingBench;
  before(async () => (bench = await TrainingBench.of()));
  after(() => bench.close());

  const random = createRandom(7);
  const word = () => Array.from({ length: 3 + (random.uint32() % 6) }, () => String.fromCharCode(97 + (random.uint32() % 26))).join("");
  const vocabulary = Array.from({ length: 3000 }, word);
  const words = (count: number) => Array.from({ length: count }, () => vocabulary[random.uint32() % vocabulary.length]!);

  /** Lines (from 0) of the rows that are told. */
  const toldOf = async (questions: readonly string[]): Promise<Set<number>> => {
    const file = join(bench.folder, "data/generated.jsonl");
    writeFileSync(file, questions.map((question, at) => `${row(question, `answer ${at}`)}\n`).join(""));
    const lines = new Set<number>();
    const onFinding = ({ code, line }: { code: string; line: number | undefined }) => void (code === "near-duplicates" && lines.add(line!));
    await checkData(bench.workspace, { file, config: checks.parse({}), suiteTexts: [], signal: new AbortController().signal, onFinding });
    return lines;
  };

  /** What comparing each row with each before it finds. */
  const exactOf = (questions: readonly string[]): Set<number> => {
    const sets = questions.map(shingleHashes);
    return new Set(sets.flatMap((set, at) => (sets.slice(0, at).some((before, other) => questions[other] !== questions[at] && jaccard(before, set) >= SIMILARITY) ? [at] : [])));
  };

  it("are found where the exact comparison finds them (recall ≥ 0.95), and nowhere else", async () => {
    const questions: string[] = [];
    for (let at = 0; at < 540; at++) {
      const copies = at % 3 === 0 && at > 0;
      const text = copies ? questions[at - 1]!.split(" ") : words(8 + (random.uint32() % 16));
      // One to three words of a copy are others: around the similarity that counts, on both sides of it.
      if (copies) for (let change = 0; change <= at % 9; change += 3) text[random.uint32() % text.length] = word();
      questions.push(text.join(" "));
    }
    const exact = exactOf(questions);
    const told = await toldOf(questions);
    const found = [...exact].filter((line) => told.has(line)).length;
    assert.ok(exact.size > 30 && exact.size < 180, `${exact.size} pairs`);
    assert.ok(found / exact.size >= 0.95, `${found} of ${exact.size}`);
    assert.deepEqual([...told].filter((line) => !exact.has(line)), [], "each is verified");
  });

  it("are not what only a common template makes alike", async () => {
    const template = "You are the assistant of a large online shop. Read the message of the customer carefully, think about what they want, and answer with the one category that fits best. The message is: ";
    const own = Array.from({ length: 300 }, () => words(5).join(" "));
    assert.ok(jaccard(shingleHashes(template + own[0]!), shingleHashes(template + own[1]!)) > 0.6);
    const told = await toldOf([...own.map((text) => template + text), `${template}${own[5]!}!`]);
    assert.deepEqual([...told], [300], "only the one whose own words are those of another");
  });
});
