import type { Store } from "../store.ts";

/** A model that a training made, by the name of its entry in `training:`. */
export interface ModelVersion {
  readonly name: string;
  /** From 1. */
  readonly version: number;
  readonly model: string;
  /** The key of the training that made it. */
  readonly training: string;
  readonly at: number;
}

/** Inside a transaction. A training's model is registered once. */
export function registerModel(store: Store, model: Omit<ModelVersion, "version">): ModelVersion {
  const known = store.get<ModelVersion>("SELECT name, version, model, training, at FROM model_version WHERE training = ?", model.training);
  if (known) return known;
  const { version } = store.get<{ version: number }>("SELECT coalesce(max(version), 0) + 1 AS version FROM model_version WHERE name = ?", model.name)!;
  store.run("INSERT INTO model_version (name, version, model, training, at) VALUES (?, ?, ?, ?, ?)", model.name, version, model.model, model.training, model.at);
  return { ...model, version };
}

/** Newest first; of every name without one. */
export function modelVersions(store: Store, name?: string): ModelVersion[] {
  return store.all<ModelVersion>("SELECT name, version, model, training, at FROM model_version WHERE name = coalesce(?, name) ORDER BY id DESC", name ?? null);
}
