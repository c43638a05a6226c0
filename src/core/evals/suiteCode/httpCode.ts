import { CallError } from "../providers/provider.ts";
import type { SuiteCode } from "./pool.ts";
import type { Outcome } from "./protocol.ts";
import { callFile, isCodeFile } from "./transform.ts";

/** An arrow or a function, which is called; anything else is an expression. */
const FUNCTION = /^(?:\(.*?\)\s*=>|function\s*\(.*?\))/;

interface Asked {
  readonly text: string;
  readonly vars: Readonly<Record<string, unknown>>;
  readonly prompt?: { readonly raw: string; readonly label: string };
}

/** The function body that promptfoo makes of a `transformRequest`: a function, a body with its own `return`, or an expression. */
export function requestBody(code: string): string {
  const trimmed = code.trim();
  const body = FUNCTION.test(trimmed) ? `return (${trimmed})(prompt, vars, context);` : /\breturn\b/.test(trimmed) ? trimmed : `return (${trimmed});`;
  return `const run = async (prompt, vars, context, process) => { ${body}\n};\nreturn run(output.prompt, output.vars, context, process);`;
}

/** The function body that promptfoo makes of a `validateStatus`. */
export function statusBody(code: string): string {
  const trimmed = code.trim();
  return trimmed.includes("=>") || trimmed.startsWith("function") ? `return (${trimmed})(output);` : `const status = output;\nreturn ${trimmed};`;
}

/** What is sent for a prompt. @throws {CallError} when the code fails. */
export async function requestOf(suiteCode: SuiteCode, code: string, { text, vars, prompt }: Asked): Promise<unknown> {
  const context = { vars, prompt };
  return made("transformRequest", isCodeFile(code) ? await callFile(suiteCode, code, [text, vars, context], "get_transform") : await suiteCode.call({ kind: "inline", body: requestBody(code), output: { prompt: text, vars }, context }));
}

/** Whether an answer with this status is one. @throws {CallError} when the code fails. */
export async function statusAccepted(suiteCode: SuiteCode, code: string, status: number): Promise<boolean> {
  return Boolean(made("validateStatus", isCodeFile(code) ? await callFile(suiteCode, code, [status], "get_transform") : await suiteCode.call({ kind: "inline", body: statusBody(code), output: status, context: {} })));
}

function made(name: string, outcome: Outcome): unknown {
  if ("failed" in outcome) throw new CallError("unanswered", `${name} ${{ load: "cannot be used:", run: "threw", return: "returned" }[outcome.failed]} ${outcome.message}`);
  return outcome.value;
}
