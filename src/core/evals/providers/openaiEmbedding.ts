import type { ProviderSpec } from "../model.ts";
import { openAiRoute } from "./openaiRoute.ts";
import type { ProviderContext } from "./openaiServer.ts";
import type { Provider } from "./provider.ts";

/** `openai:embedding:MODEL`: the output is the text's vector. */
export function openAiEmbedding(spec: ProviderSpec, context: ProviderContext): Provider {
  const model = spec.id.split(":").slice(2).join(":") || "text-embedding-3-large";
  return openAiRoute(spec, context, { model, path: "/embeddings", read: vectorIn, named: "an embedding" });
}

function vectorIn(body: unknown): readonly number[] | undefined {
  const vector = (body as { data?: { embedding?: unknown }[] } | null)?.data?.[0]?.embedding;
  return Array.isArray(vector) && vector.length > 0 && vector.every((value): value is number => Number.isFinite(value)) ? vector : undefined;
}
