import type { Message, ProviderSpec } from "../model.ts";
import { apiAddress, apiHost, picked, recordOf, text } from "./apiServer.ts";
import { jsonApi } from "./jsonApi.ts";
import type { ProviderContext } from "./openaiServer.ts";
import { openAiToolChoice, openAiTools } from "./openaiTools.ts";
import type { Call, Provider } from "./provider.ts";

const GENERATION = ["temperature", "topP", "topK", "stopSequences", "maxOutputTokens"];
/** Flash models from 3.5 on refuse these. */
const SAMPLING = ["temperature", "topP", "top_p", "topK", "top_k", "candidateCount", "candidate_count", "presencePenalty", "presence_penalty", "frequencyPenalty", "frequency_penalty"];
const TAKES_NO_SAMPLING = /^gemini-(3\.[678]-flash|3\.5-flash-lite|flash-latest$|flash-lite-latest$)/;

/** `google:MODEL`: the Generative Language API's generateContent. */
export function google(spec: ProviderSpec, context: ProviderContext): Provider {
  const model = spec.id.slice("google:".length);
  const base = apiHost(spec, context.env, ["GOOGLE_API_HOST", "PALM_API_HOST"]) ?? apiAddress(spec, context.env, { names: ["GOOGLE_API_BASE_URL"], fallback: "https://generativelanguage.googleapis.com" });
  const address = `${base}/${text(spec.config["apiVersion"]) ?? "v1beta"}/models/${encodeURIComponent(model)}`;
  return jsonApi(spec, context, {
    model,
    url: `${address}:generateContent`,
    stream: { url: `${address}:streamGenerateContent?alt=sse`, body: {}, load: async () => (await import("./googleStream.ts")).assembledContent },
    key: { names: ["GOOGLE_API_KEY", "GEMINI_API_KEY", "PALM_API_KEY"], header: "x-goog-api-key" },
    named: "the Gemini API",
    body: (call) => requestBody(model, call, { ...spec.config, ...call.overrides }),
    load: async () => (await import("./googleAnswer.ts")).googleReader,
  });
}

interface Content {
  readonly role: string;
  readonly parts: readonly unknown[];
}

function requestBody(model: string, { messages }: Call, config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const instruction = instructionOf(config["systemInstruction"]);
  const system = messages.filter(isSystem).flatMap(({ content }) => partsOf(content));
  const rest = messages.filter((message) => !isSystem(message));
  // What is only a system message is asked as a user: the API answers nothing without contents.
  const contents: Content[] = rest.length > 0 ? rest.map(({ role, content }) => ({ role: role === "assistant" ? (config["useAssistantRole"] === true ? "assistant" : "model") : role, parts: partsOf(content) })) : [{ role: "user", parts: system }];
  const parts = [...instruction, ...(rest.length > 0 ? system : [])];
  const { tools, ...passthrough } = recordOf(config["passthrough"]);
  return {
    contents,
    generationConfig: generationConfig(model, config),
    ...picked(config, ["safetySettings"]),
    ...toolsOf(config, tools),
    ...(parts.length > 0 ? { system_instruction: { parts } } : {}),
    ...passthrough,
  };
}

const isSystem = ({ role }: Message) => role === "system" || role === "developer";

function instructionOf(given: unknown): readonly unknown[] {
  if (typeof given === "string") return given === "" ? [] : [{ text: given }];
  const { parts } = recordOf(given);
  return Array.isArray(parts) ? (parts as unknown[]) : [];
}

function partsOf(content: unknown): readonly unknown[] {
  if (!Array.isArray(content)) return [content !== null && typeof content === "object" ? content : { text: content }];
  return (content as unknown[]).map((part) => {
    if (typeof part === "string") return { text: part };
    const { type, text: words } = recordOf(part);
    return type === "text" ? { text: words } : part;
  });
}

function generationConfig(model: string, config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const all: Record<string, unknown> = { ...picked(config, GENERATION), ...recordOf(config["generationConfig"]) };
  if (TAKES_NO_SAMPLING.test(model)) for (const name of SAMPLING) delete all[name];
  if (config["responseSchema"] !== undefined) Object.assign(all, { response_schema: config["responseSchema"], response_mime_type: "application/json" });
  return all;
}

function toolsOf(config: Readonly<Record<string, unknown>>, passed: unknown): Record<string, unknown> {
  const given = config["tools"];
  const open = openAiTools(given);
  const own = open ? [{ functionDeclarations: open.map(({ function: { name, description, parameters } }) => ({ name, ...(description ? { description } : {}), ...(parameters ? { parameters: schemaOf(parameters) } : {}) })) }] : given;
  const tools = [...(Array.isArray(own) ? (own as unknown[]) : []), ...(Array.isArray(passed) ? (passed as unknown[]) : [])];
  const choice = openAiToolChoice(config["tool_choice"]);
  const asked = choice === undefined ? {} : { functionCallingConfig: typeof choice === "string" ? { mode: { auto: "AUTO", none: "NONE", required: "ANY" }[choice] } : { mode: "ANY", allowedFunctionNames: [choice.name] } };
  const toolConfig = { ...asked, ...recordOf(config["toolConfig"] ?? config["tool_config"]) };
  return { ...(Object.keys(toolConfig).length > 0 ? { toolConfig } : {}), ...(tools.length > 0 ? { tools } : {}) };
}

/** Of JSON Schema the API knows a part, with types in capitals. */
function schemaOf(schema: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const known: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (["additionalProperties", "$schema", "default", "$id", "$ref"].includes(key)) continue;
    if (key === "type" && typeof value === "string") known[key] = value.toUpperCase();
    else if (key === "properties") known[key] = Object.fromEntries(Object.entries(recordOf(value)).map(([name, property]) => [name, schemaOf(recordOf(property))]));
    else if (key === "items") known[key] = schemaOf(recordOf(value));
    else known[key] = value;
  }
  return known;
}
