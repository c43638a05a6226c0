import type { Problem } from "../../problem.ts";
import type { Role } from "../../evals/model.ts";
import type { Dialect } from "../dialects.ts";

/** A message as it is written in a prompt file, with the offsets of its content. */
export interface FileMessage {
  readonly role: Role;
  readonly content: string;
  readonly start: number;
  readonly end: number;
}

/** A prompt file in a format of its own, read into the one form that suites run. */
export interface PromptFile {
  readonly name: string | undefined;
  readonly dialect: Dialect;
  /** For `dotprompt` the one message is the whole body: its roles are known only when it is filled in. */
  readonly messages: readonly FileMessage[];
  readonly model: string | undefined;
  /** Parameters under OpenAI's names: `temperature`, `max_tokens`, … */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Values that variables have where a test gives none. */
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly problems: readonly Problem[];
}

/** Names of parameters in the formats that are read, and OpenAI's for them. */
const PARAMETER_NAMES: Readonly<Record<string, string>> = {
  maxTokens: "max_tokens",
  maxCompletionTokens: "max_completion_tokens",
  maxOutputTokens: "max_tokens",
  topP: "top_p",
  topK: "top_k",
  stopSequences: "stop",
  frequencyPenalty: "frequency_penalty",
  presencePenalty: "presence_penalty",
  responseFormat: "response_format",
};

export function openAiParameters(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== null).map(([name, value]) => [PARAMETER_NAMES[name] ?? name, value]));
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
