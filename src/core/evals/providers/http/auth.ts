import type { HttpAuth } from "../../suite/httpSchema.ts";
import { fillSecrets } from "../credentials.ts";
import type { ProviderContext } from "../openaiServer.ts";
import { CallError } from "../provider.ts";
import { beside, type Transport } from "./transport.ts";

/** What a call is authorized by. */
export interface Authorization {
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** Of `oauth`, which templates may name as `{{token}}`. */
  readonly token?: string;
}

export type Authorize = (signal: AbortSignal) => Promise<Authorization>;

const NOTHING: Authorization = { headers: {}, query: {} };
/** A token is asked for anew so long before it expires, as in promptfoo. */
const BEFORE_EXPIRY_MS = 60_000;
const DEFAULT_SECONDS = 3600;

/** `auth` of an HTTP provider. What it holds goes only to origins that it is approved for: `origin`, or the token's own. */
export function createAuthorize(auth: HttpAuth | undefined, origin: string, context: ProviderContext, transport: Transport): Authorize {
  const filled = <T>(value: T) => fillSecrets(value, origin, context.host.secrets, context.redactor);
  switch (auth?.type) {
    case undefined:
      return () => Promise.resolve(NOTHING);
    case "bearer":
      return async () => bearer((await filled(auth)).token);
    case "basic":
      return async () => {
        const { username, password } = await filled(auth);
        const credentials = Buffer.from(`${username}:${password}`).toString("base64");
        context.redactor.add(credentials);
        return { headers: { authorization: `Basic ${credentials}` }, query: {} };
      };
    case "api_key":
      return async () => {
        const { keyName, value, placement } = await filled(auth);
        return placement === "header" ? { headers: { [keyName.toLowerCase()]: value }, query: {} } : { headers: {}, query: { [keyName]: value } };
      };
    case "oauth": {
      const tokenOf = tokens(auth, context, transport);
      return async (signal) => {
        const token = await tokenOf(signal);
        return { ...bearer(token), token };
      };
    }
  }
}

function bearer(token: string): Authorization {
  return { headers: { authorization: `Bearer ${token}` }, query: {} };
}

/** A token, asked for once for as long as it holds, however many calls wait for it (RFC 6749, 4.3 and 4.4). */
function tokens(auth: Extract<HttpAuth, { type: "oauth" }>, context: ProviderContext, transport: Transport): (signal: AbortSignal) => Promise<string> {
  const { clock } = context.host;
  let known: { readonly token: string; readonly until: number } | undefined;
  let asking: Promise<string> | undefined;

  async function ask(signal: AbortSignal): Promise<string> {
    const { origin } = new URL(auth.tokenUrl);
    const { tokenUrl, grantType, scopes = [], clientId, clientSecret, ...owner } = await fillSecrets(auth, origin, context.host.secrets, context.redactor);
    const form = new URLSearchParams({ grant_type: grantType, ...(clientId === undefined ? {} : { client_id: clientId }), ...(clientSecret === undefined ? {} : { client_secret: clientSecret }) });
    if ("username" in owner) {
      form.append("username", owner.username);
      form.append("password", owner.password);
    }
    if (scopes.length > 0) form.append("scope", scopes.join(" "));
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const { body } = await beside(context, "The token of auth", { method: "POST", url: tokenUrl, headers, body: form.toString(), keyAdvice: "Check clientId and clientSecret.", signal, ...(await transport()) });
    const { access_token: token, expires_in: seconds } = parsed(body);
    if (typeof token !== "string" || token === "") throw new CallError("unusable", `The token of auth cannot be had: ${new URL(tokenUrl).host} gave no access_token.`);
    context.redactor.add(token);
    known = { token, until: clock.now() + (typeof seconds === "number" && seconds > 0 ? seconds : DEFAULT_SECONDS) * 1000 - BEFORE_EXPIRY_MS };
    return token;
  }

  return (signal) => {
    if (known && clock.now() < known.until) return Promise.resolve(known.token);
    asking ??= ask(signal).finally(() => (asking = undefined));
    return asking;
  };
}

function parsed(body: string): Record<string, unknown> {
  try {
    return (JSON.parse(body) ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
}
