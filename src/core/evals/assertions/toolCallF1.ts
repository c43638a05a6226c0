import { JudgeError } from "../model.ts";
import type { AssertionDefinition } from "./definition.ts";
import { jsonBlocks } from "./jsonBlocks.ts";

/**
 * `tool-call-f1`: the F1 of the names of the tools that were called against those expected, at least 1;
 * how often and in which order does not matter. `not-` leaves the score as it is, as in promptfoo.
 */
export const toolCallF1: AssertionDefinition = {
  check: ({ type, value }) => (expectedNames(value)?.length ? undefined : `${type} needs names of tools as its "value": a list, or a text with commas.`),
  grade({ assertion, type, negated, value, row }) {
    const expected = new Set(expectedNames(value));
    if (expected.size === 0) throw new JudgeError(`${type} needs names of tools as its value: a list, or a text with commas.`);
    const called = calledTools(row.output);
    if (!called) return { pass: false, score: 0, reason: "The output is too tangled to find tool calls in it." };
    const hits = [...expected].filter((name) => called.has(name)).length;
    const [precision, recall] = [hits / called.size, hits / expected.size];
    const score = hits === 0 ? 0 : (2 * precision * recall) / (precision + recall);
    const threshold = assertion.threshold ?? 1;
    const pass = score >= threshold !== negated;
    const names = (tools: ReadonlySet<string>) => [...tools].sort().join(", ") || "none";
    const reason = `The F1 of the tool calls is ${score.toFixed(3)}, ${negated ? "but must be below" : "below"} the threshold ${threshold}: expected ${names(expected)}, called ${names(called)}.`;
    return { pass, score, reason: pass ? "Passed" : reason };
  },
};

function expectedNames(value: unknown): string[] | undefined {
  const names = Array.isArray(value) ? value.map(String) : typeof value === "string" ? value.split(",") : undefined;
  return names?.map((name) => name.trim()).filter(Boolean);
}

/** Names of the tools called in an output of any vendor's shape; `undefined` when finding them would take too long. */
function calledTools(output: unknown): Set<string> | undefined {
  if (typeof output !== "string") return new Set(namesIn(output));
  let whole: unknown;
  try {
    whole = JSON.parse(output);
  } catch {
    const blocks = jsonBlocks(output);
    return blocks && new Set(blocks.flatMap(namesIn));
  }
  return typeof whole === "string" ? calledTools(whole) : new Set(namesIn(whole));
}

function namesIn(output: unknown): string[] {
  if (!isRecord(output)) return [];
  if (Array.isArray(output)) return output.flatMap(nameOfItem);
  const { tool_calls: openAi, toolCall: live, functionCall: google } = output;
  if (Array.isArray(openAi)) return openAi.flatMap((call) => [...names(member(call, "function")), ...names(call)]);
  if ((output["type"] === "tool_use" || output["type"] === "function_call") && typeof output["name"] === "string") return [output["name"]];
  if (isRecord(google)) return names(google);
  const calls = member(live, "functionCalls");
  return Array.isArray(calls) ? calls.flatMap(names) : [];
}

/** An item of a list: a block of Anthropic's, a part of Google's, a call of OpenAI's, or simply `{name}`. */
function nameOfItem(item: unknown): string[] {
  if (!isRecord(item)) return [];
  if (item["type"] === "tool_use" && typeof item["name"] === "string") return names(item);
  if (isRecord(item["functionCall"])) return names(item["functionCall"]);
  return names(isRecord(item["function"]) ? item["function"] : item);
}

function names(of: unknown): string[] {
  const name = member(of, "name");
  return typeof name === "string" ? [name] : [];
}

function member(value: unknown, key: string): unknown {
  return isRecord(value) ? value[key] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
