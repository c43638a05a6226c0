import type { HttpSession } from "../../suite/httpSchema.ts";
import { callFile, isCodeFile } from "../../suiteCode/transform.ts";
import type { SuiteCode } from "../../suiteCode/pool.ts";
import { fillSecrets } from "../credentials.ts";
import type { ProviderContext } from "../openaiServer.ts";
import { CallError } from "../provider.ts";
import { type Filling, bodyText, fillPlaceholders } from "./template.ts";
import { beside, type Transport } from "./transport.ts";

/** A session of a call's own, which templates name as `{{sessionId}}`. As in promptfoo each call begins one. */
export function createSession({ url, method, headers, body, responseParser }: HttpSession, suiteCode: SuiteCode, context: ProviderContext, transport: Transport): (filling: Filling, signal: AbortSignal) => Promise<string> {
  const asIs = (part: string) => part;
  return async (filling, signal) => {
    const target = fillPlaceholders(url, filling, encodeURIComponent);
    const sent = body === undefined || method === "GET" ? undefined : bodyText(body, filling);
    const own = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), fillPlaceholders(value, filling, asIs)]));
    const given = await fillSecrets({ ...(typeof body === "object" ? { "content-type": "application/json" } : {}), ...own }, new URL(target).origin, context.host.secrets, context.redactor);
    const response = await beside(context, "The session", { method, url: target, headers: given, ...(sent === undefined ? {} : { body: sent }), signal, ...(await transport()) });
    const data = { headers: response.headers, body: parsed(response.body) };
    const outcome = isCodeFile(responseParser) ? await callFile(suiteCode, responseParser, [data], "get_transform") : await suiteCode.call({ kind: "inline", body: sessionBody(responseParser), output: data, context: {} });
    if ("failed" in outcome) throw new CallError("unanswered", `session.responseParser ${{ load: "cannot be used:", run: "threw", return: "returned" }[outcome.failed]} ${outcome.message}`);
    if (typeof outcome.value !== "string" && typeof outcome.value !== "number") throw new CallError("unanswered", `session.responseParser found no session in the answer of ${new URL(target).host}.`);
    return String(outcome.value);
  };
}

/** The function body of an expression over `data`: `{headers, body}` of the session's answer. */
export function sessionBody(expression: string): string {
  return `const data = output;\nreturn (${expression.trim()});`;
}

function parsed(body: string): unknown {
  try {
    return (JSON.parse(body) as unknown) ?? body;
  } catch {
    return body;
  }
}
