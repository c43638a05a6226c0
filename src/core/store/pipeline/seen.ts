import type { Store } from "../store.ts";

/** What was last seen of something that starts stages: the data's hash, the instant of a schedule. */
export function lastSeen(store: Store, what: string): string | undefined {
  return store.get<{ value: string }>("SELECT value FROM pipeline_seen WHERE what = ?", what)?.value;
}

export function setSeen(store: Store, what: string, value: string): void {
  store.write(() => store.run("INSERT INTO pipeline_seen (what, value) VALUES (?, ?) ON CONFLICT (what) DO UPDATE SET value = excluded.value", what, value));
}
