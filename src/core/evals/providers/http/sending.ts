import type { HttpExtras } from "../../model.ts";
import type { ExchangeRequest } from "../exchange.ts";
import type { ProviderContext } from "../openaiServer.ts";
import { CallError } from "../provider.ts";
import { createAuthorize } from "./auth.ts";
import { escapeFor, type Late, withLate } from "./late.ts";
import type { HttpCall } from "./request.ts";
import { createSession } from "./session.ts";
import { createSignature } from "./signature.ts";
import type { Filling } from "./template.ts";
import { createTransport } from "./transport.ts";

/** What is added to a request when it is sent. */
export interface Sending {
  /** Names that templates may hold until then. */
  readonly late: ReadonlySet<string>;
  /** Where else than to the provider itself something goes. */
  readonly origins: readonly string[];
  complete(call: HttpCall, filling: Filling | undefined, signal: AbortSignal): Promise<ExchangeRequest>;
}

/** @throws {CallError} when an address of a token or a session is none, or needs code where none runs. */
export function createSending(extras: HttpExtras | undefined, origin: string, context: ProviderContext): Sending {
  const { auth, session, signatureAuth, tls } = extras ?? {};
  const transport = createTransport(tls, origin, context);
  const authorize = createAuthorize(auth, origin, context, transport);
  const sign = signatureAuth && createSignature(signatureAuth, origin, context);
  const begin = session && createSession(session, codeOf(context), context, transport);
  const others = [...(auth?.type === "oauth" ? [originIn(auth.tokenUrl, "auth.tokenUrl")] : []), ...(session ? [originIn(session.url, "session.url")] : [])];
  return {
    late: new Set([...(auth?.type === "oauth" ? ["token"] : []), ...(sign ? ["signature", "signatureTimestamp"] : []), ...(session ? ["sessionId"] : [])]),
    origins: others.filter((other) => other !== origin),
    async complete({ request, headers, form }, filling, signal) {
      const authorization = await authorize(signal);
      const late: Late = { ...(authorization.token === undefined ? {} : { token: authorization.token }), ...(await sign?.()), ...(begin && filling ? { sessionId: await begin(filling, signal) } : {}) };
      const url = new URL(withLate(request.url, late, encodeURIComponent).replace(/%7B%7B\s*(\w+)\s*%7D%7D/gi, (whole, name: string) => (Object.hasOwn(late, name) ? encodeURIComponent(late[name] as string) : whole)));
      for (const [name, value] of Object.entries(authorization.query)) url.searchParams.append(name, value);
      const body = withLate(request.body, late, escapeFor(request.body));
      const own = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, withLate(value, late)]));
      return { method: request.method, url: url.href, headers: { ...own, ...authorization.headers }, ...(form ? { bytes: form.body() } : body === "" ? {} : { body }), ...(await transport()) };
    },
  };
}

function originIn(url: string, key: string): string {
  const origin = URL.canParse(url) ? new URL(url).origin : undefined;
  if (origin === undefined || origin.includes("{{")) throw new CallError("unusable", `${key} ${JSON.stringify(url)} is no address whose host is written out: what is sent there could go anywhere.`);
  return origin;
}

function codeOf({ suiteCode }: ProviderContext): NonNullable<ProviderContext["suiteCode"]> {
  if (!suiteCode) throw new CallError("unusable", "Code runs for a suite, and this provider belongs to none.");
  return suiteCode;
}
