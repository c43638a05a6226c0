import type { Store } from "../../../src/core/store/store.ts";

/**
 * Kills this process, as SIGKILL from outside would, right before or after the store has kept its N-th transaction.
 * @param isThere another moment to do it at, after a transaction.
 */
export function killAt(store: Store, when: string | undefined, at: string, isThere: () => boolean = () => false): void {
  const write = store.write.bind(store);
  let count = 0;
  store.write = (work) => {
    count++;
    if (when === "before" && count === Number(at)) process.kill(process.pid, "SIGKILL");
    const result = write(work);
    if (when === "after" && (count === Number(at) || isThere())) process.kill(process.pid, "SIGKILL");
    return result;
  };
}
