import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Rows that are held in some 50 MB: fewer are not worth the time that collecting takes. */
const MANY_ROWS = 20_000;

let isSmall = false;

/** V8 would triple the space of young objects when many survive; a run's either die at once or stay. */
export function keepYoungSpaceSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}

/** Keeps the heap of a run of many rows near what is in use: V8 would let it grow to several times as much. */
export function keepHeapSmall(rows: number): void {
  if (isSmall || rows < MANY_ROWS) return;
  isSmall = true;
  setFlagsFromString("--heap-growing-percent=20");
  // How far the heap may grow is decided when it is collected: the time before, by what suits small ones.
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}
