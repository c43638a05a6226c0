import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Rows that are held in some 50 MB: fewer are not worth the time that collecting takes. */
const MANY_ROWS = 20_000;

let isSmall = false;

/** V8 would triple the space of young objects when many survive, and let the heap grow to four times what is in use. */
export function keepHeapModest(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--heap-growing-percent=100");
}

/** Keeps the heap of a run of many rows near what is in use. */
export function keepHeapSmall(rows: number): void {
  if (isSmall || rows < MANY_ROWS) return;
  isSmall = true;
  setFlagsFromString("--heap-growing-percent=10");
  // How far the heap may grow is decided when it is collected: the time before, by what suits small ones.
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}
