import { batchOf, type Entry, logBatches, parseEntry } from "../../core/experiments/entry.ts";
import type { TrackedRun } from "../../core/store/experiments/runs.ts";
import type { Store } from "../../core/store/store.ts";
import { EXIT } from "../exit.ts";
import type { Front } from "../front.ts";

/** A longer line is refused without being read on. */
const MOST_CHARACTERS = 2 ** 20;

/**
 * Stores standard input, an entry a line. What arrives together is stored together, and its number is then
 * printed: lines that have been counted are on disk, whatever happens next. A bad line is said, and the
 * others are stored all the same.
 */
export async function logLines(front: Front, store: Store, run: TrackedRun, asJson: boolean): Promise<number> {
  let number = 0;
  let stored = 0;
  let refused = 0;
  const refuse = (line: number, reason: string) => {
    refused++;
    front.say(`line ${line}: ${reason}`);
  };
  for await (const lines of linesOf(process.stdin, front.signal)) {
    const batch: { line: number; entry: Entry }[] = [];
    for (const text of lines) {
      number++;
      if (text === undefined) refuse(number, `It has more than ${MOST_CHARACTERS} characters.`);
      else if (text.trim() !== "") {
        try {
          batch.push({ line: number, entry: parseEntry(text) });
        } catch (error) {
          refuse(number, (error as Error).message);
        }
      }
    }
    const now = front.host.clock.now();
    const bad = logBatches(store, run, batch.map(({ entry }) => batchOf(entry, now)), now);
    for (const { index, reason } of bad) refuse(batch[index]!.line, reason);
    stored += batch.length - bad.length;
    if (!asJson && batch.length > bad.length) front.print(String(stored));
  }
  if (asJson) front.print(JSON.stringify({ runId: run.key, stored, refused }));
  return refused > 0 ? EXIT.usage : EXIT.ok;
}

/** The lines that each piece of a stream completes; `undefined` for one that is too long. */
async function* linesOf(stream: NodeJS.ReadStream, signal: AbortSignal): AsyncGenerator<(string | undefined)[]> {
  let rest = "";
  let isTooLong = false;
  signal.addEventListener("abort", () => stream.destroy(), { once: true });
  for await (const piece of stream.setEncoding("utf8") as AsyncIterable<string>) {
    const [first = "", ...others] = piece.split("\n");
    const lines = [rest + first, ...others];
    rest = lines.pop() as string;
    const complete: (string | undefined)[] = lines.map((line) => (line.length > MOST_CHARACTERS ? undefined : line));
    if (isTooLong && complete.length > 0) [complete[0], isTooLong] = [undefined, false];
    if (rest.length > MOST_CHARACTERS) [rest, isTooLong] = ["", true];
    if (complete.length > 0) yield complete;
  }
  if (isTooLong || rest !== "") yield [isTooLong ? undefined : rest];
}
