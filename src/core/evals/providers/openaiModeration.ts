import type { ProviderSpec } from "../model.ts";
import { openAiRoute } from "./openaiRoute.ts";
import type { ProviderContext } from "./openaiServer.ts";
import type { Provider } from "./provider.ts";

/** `openai:moderation:MODEL`: the output is the list of categories that the text is flagged for. */
export function openAiModeration(spec: ProviderSpec, context: ProviderContext): Provider {
  const model = spec.id.split(":").slice(2).join(":") || "omni-moderation-latest";
  return openAiRoute(spec, context, { model, path: "/moderations", read: flagsIn, named: "a moderation" });
}

function flagsIn(body: unknown): readonly string[] | undefined {
  const results = (body as { results?: unknown } | null)?.results;
  if (!Array.isArray(results) || results.length === 0) return undefined;
  const flags = new Set<string>();
  for (const result of results as unknown[]) {
    const { flagged, categories } = (result ?? {}) as { flagged?: unknown; categories?: unknown };
    if (typeof flagged !== "boolean" || categories === null || typeof categories !== "object") return undefined;
    // A category can be true without the result as a whole being flagged: it does not count then.
    if (flagged) for (const [name, raised] of Object.entries(categories)) if (raised === true) flags.add(name);
  }
  return [...flags];
}
