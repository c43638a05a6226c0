import { contentHash } from "../../store/store.ts";

/** The least lately made are forgotten: memory does not grow with a suite. */
const MOST = 10_000;

/** What has been found out about texts, most of which come again: in the other version, in repeats, at the next save. */
export class Memo<T> {
  private readonly known = new Map<string, T>();

  of(text: string, find: () => T): T {
    const key = contentHash(text);
    const before = this.known.get(key);
    if (before !== undefined) return before;
    const found = find();
    this.known.set(key, found);
    if (this.known.size > MOST) this.known.delete(this.known.keys().next().value as string);
    return found;
  }
}
