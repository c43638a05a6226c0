import type { Message, ProviderSpec } from "../model.ts";
import { apiAddress, number, picked, recordOf } from "./apiServer.ts";
import { alwaysThinks, takesNoSampling, thinksByDefault } from "./claudeModels.ts";
import { jsonApi } from "./jsonApi.ts";
import type { ProviderContext } from "./openaiServer.ts";
import { openAiToolChoice, openAiTools } from "./openaiTools.ts";
import type { Call, Provider } from "./provider.ts";

const AS_THEY_ARE = ["cache_control", "service_tier", "stop_sequences", "metadata"];
const STRUCTURED_OUTPUTS = "structured-outputs-2025-11-13";

/** `anthropic:messages:MODEL` and `anthropic:MODEL`: Anthropic's Messages API. */
export function anthropic(spec: ProviderSpec, context: ProviderContext): Provider {
  const model = spec.id.replace(/^anthropic:(messages:)?/, "");
  const env = { ...context.env, ...spec.env };
  return jsonApi(spec, context, {
    model,
    url: `${apiAddress(spec, context.env, { names: ["ANTHROPIC_BASE_URL"], fallback: "https://api.anthropic.com" })}/v1/messages`,
    key: { names: ["ANTHROPIC_API_KEY"], header: "x-api-key" },
    headers: (body) => ({ "anthropic-version": "2023-06-01", ...betaOf(spec.config["beta"], body) }),
    named: "Anthropic's Messages API",
    body: (call) => requestBody(model, call, { ...spec.config, ...call.overrides }, env),
    stream: { body: { stream: true }, load: async () => (await import("./anthropicStream.ts")).assembledMessage },
    load: async () => (await import("./anthropicAnswer.ts")).anthropicReader(spec.config["showThinking"] !== false),
  });
}

function betaOf(given: unknown, body: Readonly<Record<string, unknown>>): Record<string, string> {
  const features = new Set(Array.isArray(given) ? given.map(String) : []);
  const strict = Array.isArray(body["tools"]) && body["tools"].some((tool) => recordOf(tool)["strict"] === true);
  if (strict || recordOf(body["output_config"])["format"] !== undefined) features.add(STRUCTURED_OUTPUTS);
  return features.size === 0 ? {} : { "anthropic-beta": [...features].join(",") };
}

function requestBody(model: string, { messages }: Call, config: Readonly<Record<string, unknown>>, env: ProviderContext["env"]): Record<string, unknown> {
  const thinking = thinkingOf(model, config);
  const isThinking = alwaysThinks(model) || thinking?.["type"] === "enabled" || thinking?.["type"] === "adaptive";
  const system = messages.filter(isSystem).flatMap(({ content }) => blocksOf(content));
  const format = config["output_format"];
  const effort = config["effort"];
  return {
    model,
    ...(system.length > 0 ? { system } : {}),
    max_tokens: maxTokens(config, thinking, number(env["ANTHROPIC_MAX_TOKENS"]) ?? (isThinking || (!thinking && thinksByDefault(model)) ? 2048 : 1024)),
    messages: messages.filter((message) => !isSystem(message)).map(({ role, content }) => ({ role, content: blocksOf(content) })),
    stream: false,
    ...sampling(model, config, isThinking, env),
    ...picked(config, AS_THEY_ARE),
    ...toolsOf(config, thinking?.["type"] === "enabled"),
    ...(thinking ? { thinking } : {}),
    ...(format !== undefined || effort !== undefined ? { output_config: { ...(format !== undefined ? { format } : {}), ...(effort !== undefined ? { effort } : {}) } } : {}),
    ...recordOf(config["extra_body"]),
  };
}

const isSystem = ({ role }: Message) => role === "system" || role === "developer";

function blocksOf(content: unknown): readonly unknown[] {
  return Array.isArray(content) ? content : [{ type: "text", text: content }];
}

/** A budget becomes adaptive thinking where the model takes none, and "disabled" is left out where it cannot be. */
function thinkingOf(model: string, config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | undefined {
  const thinking = recordOf(config["thinking"]);
  const { type, display } = thinking;
  if (type === undefined || (type === "disabled" && alwaysThinks(model))) return undefined;
  return type === "enabled" && takesNoSampling(model) ? { type: "adaptive", ...(display === undefined ? {} : { display }) } : thinking;
}

/** Thinking draws on the same tokens: the API wants more of them than its budget. */
function maxTokens(config: Readonly<Record<string, unknown>>, thinking: Readonly<Record<string, unknown>> | undefined, standard: number): unknown {
  const given = config["max_tokens"] ?? standard;
  const budget = thinking?.["type"] === "enabled" ? number(thinking["budget_tokens"]) : undefined;
  return budget !== undefined && typeof given === "number" && given <= budget ? budget + 1024 : given;
}

/** Temperature 0 where nothing else is said; neither beside top_p nor while the model thinks, which the API refuses. */
function sampling(model: string, config: Readonly<Record<string, unknown>>, isThinking: boolean, env: ProviderContext["env"]): Record<string, unknown> {
  if (takesNoSampling(model)) return {};
  const topP = number(config["top_p"]);
  if (topP !== undefined) return { top_p: isThinking ? Math.min(1, Math.max(0.95, topP)) : topP, ...(isThinking ? {} : picked(config, ["top_k"])) };
  if (isThinking) return {};
  return { temperature: config["temperature"] ?? number(env["ANTHROPIC_TEMPERATURE"]) ?? 0, ...picked(config, ["top_k"]) };
}

function toolsOf(config: Readonly<Record<string, unknown>>, budgeted: boolean): Record<string, unknown> {
  const tools = openAiTools(config["tools"])?.map(({ function: { name, description, parameters } }) => ({ name, ...(description ? { description } : {}), input_schema: parameters ?? { type: "object", properties: {} } })) ?? config["tools"];
  const given = config["tool_choice"];
  const open = openAiToolChoice(given);
  const choice = open === undefined ? given : typeof open === "string" ? { type: open === "required" ? "any" : open } : { type: "tool", name: open.name };
  // A call cannot be forced on a model that thinks first.
  const forced = budgeted && ["any", "tool"].includes(String(recordOf(choice)["type"]));
  return { ...(Array.isArray(tools) && tools.length > 0 ? { tools } : {}), ...(choice !== undefined && !forced ? { tool_choice: choice } : {}) };
}
