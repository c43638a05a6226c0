import type { ProviderSpec } from "../model.ts";
import { jsonApi } from "./jsonApi.ts";
import { OLLAMA_KEY, ollamaAddress, ollamaParameters } from "./ollamaServer.ts";
import type { ProviderContext } from "./openaiServer.ts";
import type { Provider } from "./provider.ts";

/** `ollama:embeddings:MODEL`: the output is the text's vector. A text that is too long is an error, unless `truncate` allows to cut it. */
export function ollamaEmbedding(spec: ProviderSpec, context: ProviderContext): Provider {
  const model = spec.id.replace(/^ollama:embeddings?:/, "");
  return jsonApi(spec, context, {
    model,
    url: `${ollamaAddress(spec, context)}/api/embed`,
    key: OLLAMA_KEY,
    named: "Ollama's API",
    body: ({ text, overrides }) => ({ model, input: text, truncate: false, ...ollamaParameters({ ...spec.config, ...overrides }, ["truncate", "dimensions", "keep_alive"]) }),
    load: async () => (await import("./ollamaVector.ts")).ollamaVectorReader,
  });
}
