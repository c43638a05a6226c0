import { JudgeError } from "../model.ts";
import type { AssertionDefinition, FinalGrade, GradedRow } from "./definition.ts";
import { problemsOf, schemaOf } from "./jsonSchema.ts";

/** `is-valid-function-call` and `is-valid-openai-function-call`: a call that the provider's `functions` allow. `not-` changes nothing, as in promptfoo. */
export const isValidFunctionCall: AssertionDefinition = {
  async grade({ type, row }) {
    const { functions } = providerOf(row, type);
    if (functions === undefined) return fail("The provider knows no function calls of OpenAI's kind.");
    return verdict(await flaw(type, member(row.output, "function_call") ?? row.output, filled(functions, row)));
  },
};

/** `is-valid-openai-tools-call`: calls that the provider's `tools` allow. `not-` changes nothing, as in promptfoo. */
export const isValidToolsCall: AssertionDefinition = {
  async grade({ type, text, row }) {
    // promptfoo runs tools of MCP servers itself and writes down how that went.
    const mcp = /MCP Tool Error/.test(text) ? false : /MCP Tool Result/.test(text) ? true : undefined;
    if (mcp !== undefined) return mcp ? verdict(undefined) : fail("The output tells of a failed call of an MCP tool.");
    const calls = member(row.output, "tool_calls") ?? row.output;
    if (!Array.isArray(calls) || calls.length === 0) return fail("The output is no list of tool calls.");
    if (!calls.every((call) => isCall(member(call, "function")))) return fail("The output holds something that is no tool call.");
    const tools = filled(providerOf(row, type).tools, row);
    if (!Array.isArray(tools) || tools.length === 0) return fail("The provider has no tools, but the output calls some.");
    const functions = tools.filter((tool) => member(tool, "type") === "function").map((tool) => member(tool, "function"));
    for (const call of calls) {
      const found = await flaw(type, member(call, "function"), functions);
      if (found !== undefined) return fail(found);
    }
    return verdict(undefined);
  },
};

function providerOf({ provider }: GradedRow, type: string): NonNullable<GradedRow["provider"]> {
  if (!provider) throw new JudgeError(`${type} cannot be judged here: what the provider lets the model call is not known.`);
  return provider;
}

interface Call {
  readonly name: string;
  readonly arguments: string;
}

function isCall(value: unknown): value is Call {
  return typeof member(value, "name") === "string" && typeof member(value, "arguments") === "string";
}

/** What is wrong with a call; `undefined` when nothing is. */
async function flaw(type: string, call: unknown, functions: unknown): Promise<string | undefined> {
  if (!isCall(call)) return "The output is no function call.";
  let given: unknown;
  try {
    given = JSON.parse(call.arguments);
  } catch (error) {
    return `The arguments of ${call.name} are no JSON: ${(error as Error).message}`;
  }
  const known = Array.isArray(functions) ? functions.find((candidate) => member(candidate, "name") === call.name) : undefined;
  const parameters = member(known, "parameters");
  const schema = typeof parameters === "object" ? await schemaOf(type, parameters) : undefined;
  if (!schema) return `${call.name} is called, but there is no function of that name with "parameters".`;
  return schema(given) ? undefined : `The arguments of ${call.name} do not fit its schema: ${problemsOf(schema)}.`;
}

/** A provider's configuration with the test's variables in its texts. */
function filled(value: unknown, row: GradedRow): unknown {
  if (Array.isArray(value)) return value.map((item) => filled(item, row));
  if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, row)]));
  if (typeof value !== "string") return value;
  try {
    return row.render(value, row.vars);
  } catch (error) {
    throw new JudgeError(`The provider's tools cannot be filled in: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

function verdict(found: string | undefined): FinalGrade {
  return found === undefined ? { pass: true, score: 1, reason: "Passed" } : fail(found);
}

function fail(reason: string): FinalGrade {
  return { pass: false, score: 0, reason };
}
