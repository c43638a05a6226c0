import { readFrontMatter } from "./frontMatter.ts";
import { isRecord, type PromptFile } from "./promptFile.ts";

/** Copilot's `.prompt.md`: front matter and a Markdown body, which is one message; `${input:name}` is a variable. */
export function readCopilotPrompt(file: string, text: string): PromptFile {
  const { document, bodyStart } = readFrontMatter(file, text);
  const head = isRecord(document?.value) ? document.value : {};
  const body = text.slice(bodyStart);
  const start = bodyStart + body.length - body.trimStart().length;
  return {
    name: typeof head["name"] === "string" ? head["name"] : undefined,
    dialect: "copilot",
    messages: [{ role: "user", content: body.trim(), start, end: start + body.trim().length }],
    model: typeof head["model"] === "string" ? head["model"] : undefined,
    parameters: {},
    defaults: {},
    problems: document?.problems ?? [],
  };
}
