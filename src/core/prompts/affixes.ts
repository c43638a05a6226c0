import type { Message } from "../evals/model.ts";

/**
 * A template with a test's `prefix` and `suffix` around it. In a chat that is written as JSON they go into the
 * first and the last message: around it they would leave no chat at all.
 */
export function withAffixes(template: string, prefix: string, suffix: string): string {
  if (prefix === "" && suffix === "") return template;
  const chat = chatOf(template);
  if (!chat) return prefix + template + suffix;
  return JSON.stringify(chat.map((message, index) => ({ ...message, content: `${index === 0 ? prefix : ""}${String(message.content)}${index === chat.length - 1 ? suffix : ""}` })));
}

function chatOf(template: string): Message[] | undefined {
  if (!template.trimStart().startsWith("[")) return undefined;
  try {
    const value: unknown = JSON.parse(template);
    const isChat = Array.isArray(value) && value.length > 0 && value.every((item) => item !== null && typeof item === "object" && typeof (item as Message).content === "string");
    return isChat ? (value as Message[]) : undefined;
  } catch {
    return undefined;
  }
}
