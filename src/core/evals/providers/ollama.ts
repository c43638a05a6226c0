import type { ProviderSpec } from "../model.ts";
import { jsonApi } from "./jsonApi.ts";
import { OLLAMA_KEY, ollamaAddress, ollamaParameters } from "./ollamaServer.ts";
import type { ProviderContext } from "./openaiServer.ts";
import type { Provider } from "./provider.ts";

const BOTH = ["think", "keep_alive", "format", "truncate"];
const CHAT = [...BOTH, "tools"];
const COMPLETION = [...BOTH, "suffix", "system", "template", "raw"];

/** `ollama:chat:MODEL`, `ollama:completion:MODEL` and `ollama:MODEL`, a completion as well: Ollama's native API. */
export function ollama(spec: ProviderSpec, context: ProviderContext): Provider {
  const [, kind, model] = /^ollama:(?:(chat|completion):)?(.*)$/s.exec(spec.id) as unknown as [string, string | undefined, string];
  const chat = kind === "chat";
  return jsonApi(spec, context, {
    model,
    url: `${ollamaAddress(spec, context)}/api/${chat ? "chat" : "generate"}`,
    key: OLLAMA_KEY,
    named: "Ollama's API",
    body: ({ messages, text, overrides }) => ({ model, ...(chat ? { messages } : { prompt: text }), stream: false, ...ollamaParameters({ ...spec.config, ...overrides }, chat ? CHAT : COMPLETION) }),
    stream: { body: { stream: true }, load: async () => (await import("./ollamaStream.ts")).assembledAnswer },
    load: async () => (await import("./ollamaAnswer.ts")).ollamaReader(spec.config["showThinking"] !== false),
  });
}
