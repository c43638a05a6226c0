/** A request that passed the checks of OpenAI's schema, as far as the sandbox uses it. */
export interface CompletionRequest {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly text: string }[];
  /** 0 … 2; absent: 0, so that a first run repeats itself. */
  readonly temperature: number;
  readonly seed: number | undefined;
  readonly maxTokens: number | undefined;
  readonly stop: readonly string[];
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly responseFormat: unknown;
}

/** Answered as OpenAI answers: `{error: {message, type, param, code}}`. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly param: string | null;
  constructor(status: number, code: string, message: string, param: string | null = null) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.param = param;
  }
}

type Fields = Record<string, unknown>;

const ROLES = ["system", "developer", "user", "assistant", "tool", "function"];

/** @throws {ApiError} 400 that names the field. */
export function readChatRequest(body: unknown): CompletionRequest {
  const fields = object(body, "The body");
  const { messages } = fields;
  if (!Array.isArray(messages) || messages.length === 0) throw invalid("messages", "must be a list with at least one message");
  return {
    ...readCommon(fields),
    messages: messages.map((message: unknown, i) => {
      const { role, content } = object(message, `messages[${i}]`);
      if (typeof role !== "string" || !ROLES.includes(role)) throw invalid(`messages[${i}].role`, `must be one of ${ROLES.join(", ")}`);
      return { role: role === "developer" ? "system" : role, text: readContent(content, role, `messages[${i}].content`) };
    }),
  };
}

/** `/v1/completions`: the prompt is one user message. @throws {ApiError} 400 that names the field. */
export function readTextRequest(body: unknown): CompletionRequest {
  const fields = object(body, "The body");
  const { prompt } = fields;
  if (typeof prompt !== "string") throw invalid("prompt", "must be a string");
  return { ...readCommon(fields), messages: [{ role: "user", text: prompt }] };
}

function readCommon(fields: Fields): Omit<CompletionRequest, "messages"> {
  const { model, stop, response_format: responseFormat } = fields;
  if (typeof model !== "string" || model === "") throw invalid("model", "must be the name of a model");
  if (fields["n"] !== undefined && fields["n"] !== null && fields["n"] !== 1) throw invalid("n", "must be 1: the sandbox gives one choice");
  const stops = typeof stop === "string" ? [stop] : (stop ?? []);
  if (!Array.isArray(stops) || stops.length > 4 || !stops.every((item): item is string => typeof item === "string")) throw invalid("stop", "must be a string or up to 4 strings");
  const options = fields["stream_options"];
  return {
    model,
    temperature: number(fields, "temperature", 0, 2) ?? 0,
    seed: integer(fields, "seed", Number.MIN_SAFE_INTEGER),
    maxTokens: integer(fields, "max_completion_tokens", 1) ?? integer(fields, "max_tokens", 1),
    stop: stops.filter((item) => item !== ""),
    stream: boolean(fields, "stream"),
    includeUsage: options !== undefined && options !== null && boolean(object(options, "stream_options"), "include_usage"),
    responseFormat: responseFormat === undefined || responseFormat === null ? undefined : object(responseFormat, "response_format"),
  };
}

function readContent(content: unknown, role: string, name: string): string {
  if (typeof content === "string") return content;
  if ((content === null || content === undefined) && role === "assistant") return "";
  if (!Array.isArray(content)) throw invalid(name, "must be a string or a list of text parts");
  return content
    .map((part: unknown, i) => {
      const { type, text } = object(part, `${name}[${i}]`);
      if (type !== "text" || typeof text !== "string") throw invalid(`${name}[${i}]`, "must be a text part: the sandbox reads no images, audio or files");
      return text;
    })
    .join("\n");
}

/** @throws {ApiError} 400 that names what is no object. */
export function object(value: unknown, name: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalid(name, "must be an object");
  return value as Fields;
}

function number(fields: Fields, name: string, min: number, max: number): number | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !(value >= min && value <= max)) throw invalid(name, `must be a number from ${min} to ${max}`);
  return value;
}

function integer(fields: Fields, name: string, min: number): number | undefined {
  const value = number(fields, name, min, Number.MAX_SAFE_INTEGER);
  if (value !== undefined && !Number.isInteger(value)) throw invalid(name, "must be an integer");
  return value;
}

function boolean(fields: Fields, name: string): boolean {
  const value = fields[name] ?? false;
  if (typeof value !== "boolean") throw invalid(name, "must be true or false");
  return value;
}

function invalid(param: string, what: string): ApiError {
  return new ApiError(400, "invalid_value", `${param} ${what}.`, param);
}
