import type { ProviderSpec } from "../model.ts";
import { echo } from "./echo.ts";
import { httpProvider } from "./http.ts";
import { openAi } from "./openai.ts";
import type { ProviderContext } from "./openaiServer.ts";
import type { Provider } from "./provider.ts";

/** Every kind of provider, by what its id begins with. A kind is added here. */
const KINDS: readonly { matches: (id: string) => boolean; create: (spec: ProviderSpec, context: ProviderContext) => Provider }[] = [
  { matches: (id) => id === "echo", create: echo },
  { matches: (id) => id.startsWith("openai:") && !/^openai:(embedding|embeddings|responses|assistant|image|moderation|realtime|transcription|video)(:|$)/.test(id), create: openAi },
  { matches: (id) => id === "http" || id === "https" || /^https?:\/\//.test(id), create: httpProvider },
];

export function isKnownProvider(id: string): boolean {
  return KINDS.some((kind) => kind.matches(id));
}

/** @throws {CallError} when the provider's address cannot be one. */
export function createProvider(spec: ProviderSpec, context: ProviderContext): Provider | undefined {
  const provider = KINDS.find((kind) => kind.matches(spec.id))?.create(spec, context);
  return provider && { ...provider, delayMs: spec.delay };
}
