import type { EndpointConfig } from "../../config/schema.ts";
import type { Location } from "../../problem.ts";
import type { Graders, ProviderSpec } from "../model.ts";
import { SANDBOX } from "./openaiServer.ts";

/** The provider that an endpoint of `llmops.yaml` stands for; `name` is its identity in series. */
export function endpointProvider(name: string, endpoint: EndpointConfig, location: () => Location): ProviderSpec {
  const common = { label: name, prompts: undefined, delay: undefined, env: {}, location };
  if (endpoint.kind === "sandbox") {
    const { kind: _kind, model = "sandbox-small", embeddingModel: _embedding, moderationModel: _moderation, ...parameters } = endpoint;
    return { ...common, id: `openai:chat:${model}`, config: { apiBaseUrl: SANDBOX, ...parameters } };
  }
  const { baseUrl, model, apiKey, parameters, price, headers, stream } = endpoint;
  return { ...common, id: `openai:chat:${model}`, config: { apiBaseUrl: baseUrl, apiKey, headers, price, stream, ...parameters } };
}

/** Who judges where an endpoint of `llmops.yaml` does: its model, and for the other kinds those that it names. */
export function endpointGraders(name: string, endpoint: EndpointConfig, location: () => Location): Graders {
  const text = endpointProvider(name, endpoint, location);
  const { kind, embeddingModel = kind === "sandbox" ? "sandbox-embed" : undefined, moderationModel = kind === "sandbox" ? "sandbox-moderation" : undefined } = endpoint;
  const { apiBaseUrl, apiKey, headers } = text.config;
  const beside = (id: string): ProviderSpec => ({ ...text, id, config: { apiBaseUrl, apiKey, headers } });
  return {
    text,
    ...(embeddingModel === undefined ? {} : { embedding: beside(`openai:embedding:${embeddingModel}`) }),
    ...(moderationModel === undefined ? {} : { moderation: beside(`openai:moderation:${moderationModel}`) }),
  };
}
