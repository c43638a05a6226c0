import type { Store } from "../store.ts";

/** A group of runs under one name; a suite's runs are under its path. */
export interface Experiment {
  readonly id: number;
  readonly name: string;
  /** When it was made, milliseconds since the epoch. */
  readonly at: number;
}

export function listExperiments(store: Store): Experiment[] {
  return store.all<Experiment>("SELECT id, name, at FROM experiment ORDER BY id");
}

export function findExperiment(store: Store, by: { readonly id: number } | { readonly name: string }): Experiment | undefined {
  return "id" in by ? store.get<Experiment>("SELECT id, name, at FROM experiment WHERE id = ?", by.id) : store.get<Experiment>("SELECT id, name, at FROM experiment WHERE name = ?", by.name);
}

/** Inside a transaction: the experiment of that name, made where there is none. */
export function putExperiment(store: Store, name: string, at: number): number {
  return findExperiment(store, { name })?.id ?? store.run("INSERT INTO experiment (name, at) VALUES (?, ?)", name, at).lastId;
}
