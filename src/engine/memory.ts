import { setFlagsFromString } from "node:v8";

/**
 * Keeps the heap near what is in use. V8 would let that of a suite of many cases grow to three times as much
 * before it collects; collecting sooner costs about a tenth of the time.
 */
export function keepHeapSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--heap-growing-percent=20");
}
