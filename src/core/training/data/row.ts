/** How the rows of a file are written: chats, a prompt with its completion, or a preferred answer beside one that is not. */
export type Shape = "chat" | "completion" | "preference";

/** A row as every check sees it, whatever its shape. */
export interface Row {
  readonly shape: Shape;
  readonly system: string;
  /** All that stands before the answer, but the system's text. */
  readonly input: string;
  /** The answer that is to be learnt. */
  readonly output: string;
}

/** Why a row cannot be learnt from. The codes are OpenAI's, as far as it has one. */
export interface RowFlaw {
  readonly code: string;
  readonly message: string;
}

interface Message {
  readonly role?: unknown;
  readonly content?: unknown;
  readonly tool_calls?: unknown;
  readonly function_call?: unknown;
}

const ROLES: ReadonlySet<unknown> = new Set(["system", "developer", "user", "assistant", "tool", "function"]);
const MESSAGE_KEYS: ReadonlySet<string> = new Set(["role", "content", "name", "weight", "tool_calls", "tool_call_id", "function_call", "refusal", "audio"]);

/** Reads a row that is JSON. The first flaw of a row is enough: the others often follow from it. */
export function readRow(value: unknown): Row | RowFlaw {
  if (!isRecord(value)) return flaw("data_type", `A row must be an object, and this is ${named(value)}.`);
  if (value["messages"] !== undefined) return readChat(value["messages"]);
  if (value["input"] !== undefined && value["preferred_output"] !== undefined) return readPreference(value);
  if (typeof value["prompt"] === "string") return readCompletion(value["prompt"], value["completion"]);
  return flaw("missing_messages_list", 'It has no "messages": a row is {"messages": […]}, {"prompt", "completion"} or {"input", "preferred_output", "non_preferred_output"}.');
}

function readChat(messages: unknown): Row | RowFlaw {
  if (!Array.isArray(messages) || messages.length === 0) return flaw("missing_messages_list", '"messages" must be a list with at least one message.');
  const found = flawOfMessages(messages, "messages");
  if (found) return found;
  const all = messages as Message[];
  const last = all.at(-1)!;
  if (!all.some(({ role }) => role === "assistant")) return flaw("example_missing_assistant_message", "No message is the assistant's: there is nothing to learn.");
  if (last.role !== "assistant") return flaw("roles_out_of_order", `The last message must be the assistant's, and is the ${String(last.role)}'s.`);
  const late = all.findIndex(({ role }, at) => (role === "system" || role === "developer") && at > 0 && all.slice(0, at).some((before) => before.role !== "system" && before.role !== "developer"));
  if (late >= 0) return flaw("roles_out_of_order", `messages[${late}]: the ${String(all[late]!.role)}'s message must come before all others.`);
  return rowOf("chat", all.slice(0, -1), textOf(last));
}

function readPreference(value: Readonly<Record<string, unknown>>): Row | RowFlaw {
  const asked = isRecord(value["input"]) ? value["input"]["messages"] : undefined;
  if (!Array.isArray(asked) || asked.length === 0) return flaw("missing_messages_list", '"input" must have "messages".');
  const inputFlaw = flawOfMessages(asked, "input.messages");
  if (inputFlaw) return inputFlaw;
  for (const key of ["preferred_output", "non_preferred_output"] as const) {
    const answers = value[key];
    if (!Array.isArray(answers) || answers.length === 0) return flaw("missing_messages_list", `"${key}" must be a list with the assistant's message.`);
    const found = flawOfMessages(answers, key);
    if (found) return found;
    if ((answers as Message[]).some(({ role }) => role !== "assistant")) return flaw("example_missing_assistant_message", `"${key}" must hold the assistant's message only.`);
  }
  return rowOf("preference", asked as Message[], (value["preferred_output"] as Message[]).map(textOf).join("\n"));
}

function readCompletion(prompt: string, completion: unknown): Row | RowFlaw {
  if (typeof completion !== "string") return flaw("missing_content", '"completion" must be a text.');
  return { shape: "completion", system: "", input: prompt, output: completion };
}

function flawOfMessages(messages: readonly unknown[], where: string): RowFlaw | undefined {
  for (const [at, message] of messages.entries()) {
    const place = `${where}[${at}]`;
    if (!isRecord(message)) return flaw("data_type", `${place} must be an object, and is ${named(message)}.`);
    const { role, content, tool_calls, function_call } = message as Message;
    if (role === undefined) return flaw("message_missing_key", `${place} has no "role".`);
    if (!ROLES.has(role)) return flaw("unrecognized_role", `${place} has the role ${JSON.stringify(role)}. Possible: ${[...ROLES].join(", ")}.`);
    const calls = role === "assistant" && (tool_calls !== undefined || function_call !== undefined);
    if (content === undefined && !calls) return flaw("message_missing_key", `${place} has no "content".`);
    if (!calls && !hasText(content)) return flaw("missing_content", `${place} has no text in "content".`);
    const unknown = Object.keys(message).find((key) => !MESSAGE_KEYS.has(key));
    if (unknown !== undefined) return flaw("message_unrecognized_key", `${place} has the key ${JSON.stringify(unknown)}, which no message has.`);
  }
  return undefined;
}

function hasText(content: unknown): boolean {
  return typeof content === "string" ? content.trim() !== "" : Array.isArray(content) && content.length > 0;
}

function rowOf(shape: Shape, asked: readonly Message[], output: string): Row {
  const isSystem = ({ role }: Message) => role === "system" || role === "developer";
  return { shape, system: asked.filter(isSystem).map(textOf).join("\n"), input: asked.filter((message) => !isSystem(message)).map(textOf).join("\n"), output };
}

function textOf({ content, tool_calls, function_call }: Message): string {
  if (typeof content === "string") return content;
  if (Array.isArray(content)) return content.map((part: unknown) => (isRecord(part) && typeof part["text"] === "string" ? part["text"] : "")).join("\n");
  return JSON.stringify(tool_calls ?? function_call ?? "");
}

function flaw(code: string, message: string): RowFlaw {
  return { code, message };
}

export function isRow(row: Row | RowFlaw): row is Row {
  return "shape" in row;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function named(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "a list" : `a ${typeof value}`;
}
