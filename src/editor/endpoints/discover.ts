const TIMEOUT_MS = 800;
const MOST_BYTES = 1_000_000;

/** Servers that people run on their own machine, at the ports they choose by default. */
export const LOCAL_SERVERS = [
  { name: "Ollama", key: "ollama", baseUrl: "http://127.0.0.1:11434/v1" },
  { name: "LM Studio", key: "lmstudio", baseUrl: "http://127.0.0.1:1234/v1" },
  { name: "llama.cpp", key: "llamacpp", baseUrl: "http://127.0.0.1:8080/v1" },
  { name: "vLLM", key: "vllm", baseUrl: "http://127.0.0.1:8000/v1" },
] as const;

export type LocalServer = (typeof LOCAL_SERVERS)[number] & { readonly models: readonly string[] };

/** Those of the local servers that answer now. Only ever called when a person asks for it. */
export async function discover(): Promise<LocalServer[]> {
  const found = await Promise.all(
    LOCAL_SERVERS.map(async (server) => {
      const models = await listModels(server.baseUrl);
      return models && { ...server, models };
    }),
  );
  return found.filter((server) => server !== undefined);
}

/** The models that an OpenAI-compatible server lists; `undefined` when it does not answer as one. */
export async function listModels(baseUrl: string): Promise<string[] | undefined> {
  try {
    const response = await fetch(`${baseUrl}/models`, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: "error" });
    const text = await response.text();
    if (!response.ok || text.length > MOST_BYTES) return undefined;
    const { data } = JSON.parse(text) as { data?: unknown };
    if (!Array.isArray(data)) return undefined;
    return data.flatMap((model: { id?: unknown } | null) => (typeof model?.id === "string" ? [model.id] : []));
  } catch {
    return undefined;
  }
}
