import { isLoopback } from "../config/approvals.ts";
import { assertionsOf, type Case, JudgeError } from "../evals/model.ts";
import type { Http } from "../host.ts";

/** Where webhooks of these tests send outputs to, as far as their addresses are written out; not to this machine. */
export function webhookOrigins(tests: readonly Case[]): string[] {
  return tests.flatMap(assertionsOf).flatMap(({ type, value }) => (/^(not-)?webhook$/.test(type) && typeof value === "string" && !value.includes("{{") && URL.canParse(value) ? remote(value) : []));
}

/**
 * An address with a template in it is known only when it is filled in: what a save may not call is
 * refused there, and what was called is added to `called`.
 * @throws {JudgeError} from `send`, with the origin.
 */
export function webhookHttp(http: Http, mayCall: ((origin: string) => boolean) | undefined, called: Set<string>): Pick<Http, "send"> {
  return {
    send: (request) => {
      for (const origin of remote(request.url)) {
        if (mayCall && !mayCall(origin)) throw new JudgeError(`Nothing has been sent to ${origin} yet. Choose Run once to allow it on save.`);
        called.add(origin);
      }
      return http.send(request);
    },
  };
}

function remote(url: string): string[] {
  const { origin } = new URL(url);
  return isLoopback(origin) ? [] : [origin];
}

/** Milliseconds that a webhook has, where promptfoo's `WEBHOOK_TIMEOUT` says so. */
export function webhookTimeout(env: Readonly<Record<string, string | undefined>>): number | undefined {
  const value = Number(env["WEBHOOK_TIMEOUT"]);
  return Number.isInteger(value) && value > 0 ? value : undefined;
}
