import type { Role } from "../../evals/model.ts";
import type { Problem } from "../../problem.ts";
import { readFrontMatter } from "./frontMatter.ts";
import type { Dialect } from "../dialects.ts";
import { type FileMessage, isRecord, openAiParameters, type PromptFile } from "./promptFile.ts";

/** A line such as `system:` or `user[name="x"]:` begins a message. */
const MARKER = /^[ \t]*#?[ \t]*(system|user|assistant|developer|tool|function)(?:\[[^\]\n]*\])?[ \t]*:[ \t]*$/gim;

/**
 * `.prompty`, version 1 and 2 (https://prompty.ai): YAML front matter, then messages between role lines; what
 * stands before the first is the system's.
 */
export function readPrompty(file: string, text: string, env: Readonly<Record<string, string | undefined>> = {}): PromptFile {
  const { document, bodyStart } = readFrontMatter(file, text);
  const head = isRecord(document?.value) ? document.value : {};
  const problems: Problem[] = [...(document?.problems ?? [])];
  const { model, parameters } = isVersion1(head) ? modelOf1(head) : modelOf2(head, env);
  return {
    name: typeof head["name"] === "string" ? head["name"] : undefined,
    dialect: dialectOf(head),
    messages: messagesOf(text, bodyStart),
    model,
    parameters,
    defaults: defaultsOf(head),
    problems,
  };
}

function isVersion1(head: Record<string, unknown>): boolean {
  const model = head["model"];
  return (isRecord(model) && ("configuration" in model || "parameters" in model)) || "sample" in head || typeof head["template"] === "string";
}

function modelOf1({ model }: Record<string, unknown>): { model: string | undefined; parameters: Record<string, unknown> } {
  if (!isRecord(model)) return { model: undefined, parameters: {} };
  const configuration = isRecord(model["configuration"]) ? model["configuration"] : {};
  const named = [configuration["name"], configuration["azure_deployment"], configuration["model"]].find((name) => typeof name === "string");
  return { model: named, parameters: isRecord(model["parameters"]) ? openAiParameters(model["parameters"]) : {} };
}

function modelOf2({ model }: Record<string, unknown>, env: Readonly<Record<string, string | undefined>>): { model: string | undefined; parameters: Record<string, unknown> } {
  if (typeof model === "string") return { model: filled(model, env), parameters: {} };
  if (!isRecord(model)) return { model: undefined, parameters: {} };
  return { model: typeof model["id"] === "string" ? filled(model["id"], env) : undefined, parameters: isRecord(model["options"]) ? openAiParameters(model["options"]) : {} };
}

/** `${env:NAME}` or `${env:NAME:default}`. */
function filled(text: string, env: Readonly<Record<string, string | undefined>>): string {
  return text.replace(/\$\{env:(\w+)(?::([^}]*))?\}/g, (_whole, name: string, otherwise: string | undefined) => env[name] ?? otherwise ?? "");
}

function dialectOf({ template }: Record<string, unknown>): Dialect {
  const format = isRecord(template) ? (template["format"] ?? template["type"]) : template;
  return format === "mustache" ? "handlebars" : "nunjucks";
}

/** Version 1: `sample`, and `sample` or `default` of each input; version 2: `default` or `example` of each. */
function defaultsOf(head: Record<string, unknown>): Record<string, unknown> {
  const inputs = head["inputs"];
  const listed = Array.isArray(inputs) ? inputs.filter(isRecord).map((input) => [String(input["name"]), input] as const) : isRecord(inputs) ? Object.entries(inputs) : [];
  const defaults: Record<string, unknown> = {};
  for (const [name, input] of listed) {
    const value = isRecord(input) ? (input["default"] ?? input["sample"] ?? input["example"]) : input;
    if (value !== undefined) defaults[name] = value;
  }
  return isRecord(head["sample"]) ? { ...defaults, ...head["sample"] } : defaults;
}

function messagesOf(text: string, bodyStart: number): FileMessage[] {
  const markers = [...text.slice(bodyStart).matchAll(MARKER)].map((match) => ({ role: roleOf(match[1] as string), start: bodyStart + match.index, end: bodyStart + match.index + match[0].length }));
  const parts = [{ role: "system" as Role, start: bodyStart, end: bodyStart }, ...markers];
  return parts.flatMap(({ role, end }, index) => {
    const until = parts[index + 1]?.start ?? text.length;
    const content = text.slice(end, until);
    const start = end + content.length - content.trimStart().length;
    return content.trim() === "" ? [] : [{ role, content: content.trim(), start, end: start + content.trim().length }];
  });
}

function roleOf(name: string): Role {
  const role = name.toLowerCase();
  return role === "function" ? "tool" : (role as Role);
}
