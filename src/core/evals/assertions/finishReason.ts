import { JudgeError } from "../model.ts";
import { type AssertionDefinition, quote } from "./definition.ts";

/** OpenAI's word for what other vendors, and its own older interface, call differently. */
const SYNONYMS: Readonly<Record<string, string>> = {
  function_call: "tool_calls",
  tool_use: "tool_calls",
  end_turn: "stop",
  stop_sequence: "stop",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  refusal: "content_filter",
};

/** `finish-reason`: why the model stopped, without regard to case. No reason given is none that fits. */
export const finishReason: AssertionDefinition = {
  check: ({ value }) => (typeof value === "string" ? undefined : 'finish-reason needs a text, such as stop, length or tool_calls, as its "value".'),
  grade({ type, value, row }) {
    if (typeof value !== "string") throw new JudgeError(`${type} needs a text as its value, not ${quote(value)}.`);
    const given = row.finishReason?.trim().toLowerCase() || undefined;
    const reason = given && (SYNONYMS[given] ?? given);
    return { subject: "the finish reason", holds: reason === value.toLowerCase(), claim: `be ${quote(value)}`, found: reason === undefined ? "the provider gave none" : `it was ${quote(reason)}` };
  },
};
