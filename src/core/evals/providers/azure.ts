import type { ProviderSpec } from "../model.ts";
import { apiAddress, apiHost, number, picked, recordOf, text } from "./apiServer.ts";
import { takesNoSampling } from "./claudeModels.ts";
import { jsonApi } from "./jsonApi.ts";
import type { ProviderContext } from "./openaiServer.ts";
import { type Call, CallError, type Provider } from "./provider.ts";

const AS_THEY_ARE = ["seed", "functions", "function_call", "tools", "tool_choice", "deployment_id", "dataSources", "data_sources", "response_format"];
const REASONING = /^o[134]|-o[134]|^gpt-5|-gpt-5|deepseek-r1|deepseek_r1|phi-4-(mini-)?reasoning|mai-thinking|grok.*reasoning/;
/** Deployments of Grok from 4 on refuse penalties and stop. */
const NO_PENALTIES = /grok-([4-9]|\d{2,})/;

/** `azure:chat:DEPLOYMENT`, `azureopenai:chat:DEPLOYMENT`: chat completions of a deployment, as its resource answers them. */
export function azureChat(spec: ProviderSpec, context: ProviderContext): Provider {
  const deployment = spec.id.replace(/^azure(openai)?:chat:/, "");
  const env = { ...context.env, ...spec.env };
  const version = text(spec.config["apiVersion"]) ?? "2024-12-01-preview";
  return jsonApi(spec, context, {
    model: deployment,
    url: `${addressOf(spec, context)}/openai/deployments/${encodeURIComponent(deployment)}/chat/completions?api-version=${encodeURIComponent(version)}`,
    key: { names: ["AZURE_API_KEY", "AZURE_OPENAI_API_KEY"], header: "api-key" },
    named: "an Azure OpenAI resource",
    body: (call) => requestBody(deployment, call, { ...spec.config, ...call.overrides }, env),
    stream: { body: { stream: true, stream_options: { include_usage: true } }, load: async () => (await import("./openaiStream.ts")).assembled },
    load: async () => (await import("./azureAnswer.ts")).azureReader,
  });
}

function addressOf(spec: ProviderSpec, context: ProviderContext): string {
  const base = apiAddress(spec, context.env, { names: ["AZURE_API_BASE_URL", "AZURE_OPENAI_API_BASE_URL", "AZURE_OPENAI_BASE_URL"], fallback: "" }) || apiHost(spec, context.env, ["AZURE_API_HOST", "AZURE_OPENAI_API_HOST"]);
  if (!base) throw new CallError("unusable", "This provider does not say which Azure resource to call. Set config.apiHost to its name, such as my-resource.openai.azure.com, or the environment variable AZURE_API_HOST.");
  return base;
}

function requestBody(deployment: string, { messages }: Call, config: Readonly<Record<string, unknown>>, env: ProviderContext["env"]): Record<string, unknown> {
  const standard = (name: string, value: unknown) => number(env[name]) ?? (config["omitDefaults"] === true ? undefined : value);
  const name = (text(config["modelName"]) ?? deployment).toLowerCase();
  const reasoning = config["isReasoningModel"] === true || config["o1"] === true || REASONING.test(name);
  const plain = takesNoSampling(name);
  const restricted = NO_PENALTIES.test(name);
  const maxTokens = config["max_tokens"] ?? standard("OPENAI_MAX_TOKENS", 1024);
  const system = text(config["systemPrompt"]);
  const all = {
    model: deployment,
    messages: system === undefined ? messages : [{ role: "system", content: system }, ...messages.filter(({ role }) => role !== "system")],
    ...(reasoning
      ? { reasoning_effort: config["reasoning_effort"] ?? standard("", "medium"), max_completion_tokens: config["max_completion_tokens"] ?? number(env["OPENAI_MAX_COMPLETION_TOKENS"]) ?? maxTokens }
      : { max_tokens: maxTokens, temperature: plain ? undefined : (config["temperature"] ?? standard("OPENAI_TEMPERATURE", 0)) }),
    top_p: plain ? undefined : (config["top_p"] ?? standard("OPENAI_TOP_P", 1)),
    ...(restricted
      ? {}
      : {
          presence_penalty: config["presence_penalty"] ?? standard("OPENAI_PRESENCE_PENALTY", 0),
          frequency_penalty: config["frequency_penalty"] ?? standard("OPENAI_FREQUENCY_PENALTY", 0),
          ...picked(config, ["stop"]),
        }),
    ...picked(config, AS_THEY_ARE),
    ...recordOf(config["passthrough"]),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
