import type { ProviderSpec } from "../model.ts";
import { anthropic } from "./anthropic.ts";
import { azureChat } from "./azure.ts";
import { codeProvider } from "./code.ts";
import type { CodeKind } from "./codeAnswer.ts";
import { echo } from "./echo.ts";
import { exec } from "./exec.ts";
import { google } from "./google.ts";
import { httpProvider } from "./http/provider.ts";
import { ollama } from "./ollama.ts";
import { ollamaEmbedding } from "./ollamaEmbedding.ts";
import { openAi } from "./openai.ts";
import { openAiEmbedding } from "./openaiEmbedding.ts";
import { openAiModeration } from "./openaiModeration.ts";
import type { ProviderContext } from "./openaiServer.ts";
import type { Provider } from "./provider.ts";

interface Kind {
  /** What it gives. Only `text` can be what a suite tests; the others serve judges. */
  readonly gives: "text" | "embedding" | "moderation";
  readonly matches: (id: string) => boolean;
  readonly create: (spec: ProviderSpec, context: ProviderContext) => Provider;
}

/** Every kind of provider, by what its id begins with. A kind is added here. */
const KINDS: readonly Kind[] = [
  { gives: "embedding", matches: (id) => /^openai:embeddings?(:|$)/.test(id), create: openAiEmbedding },
  { gives: "moderation", matches: (id) => /^openai:moderation(:|$)/.test(id), create: openAiModeration },
  { gives: "text", matches: (id) => id === "echo", create: echo },
  { gives: "text", matches: (id) => id.startsWith("openai:") && !/^openai:(embedding|embeddings|responses|assistant|image|moderation|realtime|transcription|video)(:|$)/.test(id), create: openAi },
  { gives: "text", matches: (id) => id === "http" || id === "https" || /^https?:\/\//.test(id), create: httpProvider },
  { gives: "text", matches: (id) => /^anthropic:(messages:.|claude-(?!agent-sdk|code))/.test(id), create: anthropic },
  { gives: "text", matches: (id) => /^azure(openai)?:chat:./.test(id), create: azureChat },
  { gives: "embedding", matches: (id) => /^ollama:embeddings?:/.test(id), create: ollamaEmbedding },
  { gives: "text", matches: (id) => /^ollama:./.test(id), create: ollama },
  { gives: "text", matches: (id) => /^google:(gemini|gemma|codegemma|paligemma)(?!.*-(image|tts|live|omni))/.test(id), create: google },
  { gives: "text", matches: (id) => /^exec:\s*\S/.test(id), create: exec },
];

/** Whether a specification can be asked for a kind. */
export function canGive(spec: Pick<ProviderSpec, "id" | "code">, kind: Kind["gives"]): boolean {
  return spec.code ? kind !== "moderation" : givenBy(spec.id) === kind;
}

/** For people, beside an id that is none of these. */
export const CALLABLE = "openai:…, anthropic:…, azure:chat:…, google:…, ollama:…, exec:…, http(s), echo and files of code (.js, .ts, .py, .rb)";

/** Whether a suite can test it. */
export function isKnownProvider(id: string): boolean {
  return givenBy(id) === "text";
}

/** What a provider gives; `undefined` where it cannot be called. */
export function givenBy(id: string): Kind["gives"] | undefined {
  return KINDS.find((kind) => kind.matches(id))?.gives;
}

/**
 * @param gives what code is asked for.
 * @throws {CallError} when the provider's address cannot be one.
 */
export function createProvider(spec: ProviderSpec, context: ProviderContext, gives: CodeKind = "text"): Provider | undefined {
  const provider = spec.code ? codeProvider(spec, spec.code, context, gives) : KINDS.find((kind) => kind.matches(spec.id))?.create(spec, context);
  return provider && { ...provider, delayMs: spec.delay, tools: spec.config["tools"] };
}
