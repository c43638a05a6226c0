import type { EndpointConfig } from "../../config/schema.ts";
import type { Location } from "../../problem.ts";
import type { ProviderSpec } from "../model.ts";
import { SANDBOX } from "./openaiServer.ts";

/** The provider that an endpoint of `llmops.yaml` stands for; `name` is its identity in series. */
export function endpointProvider(name: string, endpoint: EndpointConfig, location: () => Location): ProviderSpec {
  const common = { label: name, prompts: undefined, delay: undefined, env: {}, location };
  if (endpoint.kind === "sandbox") {
    const { kind: _kind, model = "sandbox-small", ...parameters } = endpoint;
    return { ...common, id: `openai:chat:${model}`, config: { apiBaseUrl: SANDBOX, ...parameters } };
  }
  const { baseUrl, model, apiKey, parameters, price, headers } = endpoint;
  return { ...common, id: `openai:chat:${model}`, config: { apiBaseUrl: baseUrl, apiKey, headers, price, ...parameters } };
}
