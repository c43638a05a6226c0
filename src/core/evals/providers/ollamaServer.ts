import type { ProviderSpec } from "../model.ts";
import { apiAddress, type KeyRule, picked, recordOf } from "./apiServer.ts";
import type { ProviderContext } from "./openaiServer.ts";

/** Parameters of the model itself, which stand in `options`; in a suite they stand beside everything else. */
const OPTIONS = [
  ...["num_predict", "num_keep", "seed", "top_k", "top_p", "min_p", "typical_p", "repeat_last_n", "temperature", "repeat_penalty", "presence_penalty", "frequency_penalty", "stop", "num_ctx", "num_batch", "num_gpu", "main_gpu", "use_mmap", "num_thread", "draft_num_predict"],
  // Of older servers.
  ...["tfs_z", "num_gqa", "f16_kv", "logits_all", "vocab_only", "low_vram", "use_mlock", "embedding_only", "rope_frequency_base", "rope_frequency_scale", "penalize_newline", "mirostat", "mirostat_tau", "mirostat_eta"],
];

export const OLLAMA_KEY: KeyRule = { names: ["OLLAMA_API_KEY"], header: "authorization", prefix: "Bearer " };

export function ollamaAddress(spec: ProviderSpec, context: ProviderContext): string {
  return apiAddress(spec, context.env, { names: ["OLLAMA_BASE_URL"], fallback: "http://localhost:11434" });
}

/** A request's parameters: `names` at its top, the model's in `options`, and what `passthrough` adds to both. */
export function ollamaParameters(config: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  const { options, ...passthrough } = recordOf(config["passthrough"]);
  return { options: { ...picked(config, OPTIONS), ...recordOf(options) }, ...picked(config, names), ...passthrough };
}
