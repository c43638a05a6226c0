import { deployedIn } from "../../store/pipeline/deployments.ts";
import type { Store } from "../../store/store.ts";
import { modelVersions } from "../../store/training/models.ts";
import type { TrainingDefinition } from "../definition.ts";

/** The model that a candidate has to be better than: the one that is said, the one that was promoted, else the endpoint's own. */
export function productionOf(store: Store, name: string, { config, endpoint, environment }: TrainingDefinition): string | undefined {
  if (config.production !== undefined) return config.production;
  return promotedModel(store, name, environment) ?? endpoint.model ?? (endpoint.kind === "sandbox" ? "sandbox-small" : undefined);
}

/** The newest model of a training that is in an environment. */
export function promotedModel(store: Store, name: string, environment: string | undefined): string | undefined {
  if (environment === undefined) return undefined;
  const own = new Set(modelVersions(store, name).map(({ model }) => model));
  return deployedIn(store, environment, 100).find(({ model }) => model !== undefined && own.has(model))?.model;
}
