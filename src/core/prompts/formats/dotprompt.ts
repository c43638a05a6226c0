import { readFrontMatter } from "./frontMatter.ts";
import { isRecord, openAiParameters, type PromptFile } from "./promptFile.ts";

/**
 * dotprompt's `.prompt` (https://google.github.io/dotprompt): YAML front matter and one Handlebars template, in
 * which `{{role "system"}}` begins a message.
 */
export function readDotprompt(file: string, text: string): PromptFile {
  const { document, bodyStart } = readFrontMatter(file, text);
  const head = isRecord(document?.value) ? document.value : {};
  const body = text.slice(bodyStart);
  const start = bodyStart + body.length - body.trimStart().length;
  const input = isRecord(head["input"]) ? head["input"] : {};
  const output = isRecord(head["output"]) ? head["output"] : {};
  return {
    name: typeof head["name"] === "string" ? head["name"] : undefined,
    dialect: "dotprompt",
    messages: [{ role: "user", content: body.trim(), start, end: start + body.trim().length }],
    model: typeof head["model"] === "string" ? head["model"].replace(/^[^/]+\//, "") : undefined,
    parameters: {
      ...(isRecord(head["config"]) ? openAiParameters(head["config"]) : {}),
      ...(output["format"] === "json" ? { response_format: { type: "json_object" } } : {}),
    },
    defaults: isRecord(input["default"]) ? input["default"] : {},
    problems: document?.problems ?? [],
  };
}
