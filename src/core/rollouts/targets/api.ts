import type * as z from "zod";
import { type Http, HttpError, type HttpResponse } from "../../host.ts";
import { TargetError } from "./target.ts";

export interface Api {
  /** A request whose answer follows a schema. @throws {TargetError} */
  json<T extends z.ZodType>(method: string, path: string, schema: T, options?: CallOptions): Promise<{ readonly value: z.output<T>; readonly response: HttpResponse }>;
}

export interface CallOptions {
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface ApiOptions {
  /** Without a slash at its end. */
  readonly url: string;
  /** Resolved at each call: a token may have been renewed. */
  readonly headers?: () => Promise<Readonly<Record<string, string>>>;
  /** `the target`, `Prometheus`: who is asked, for messages. */
  readonly who: string;
}

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 16 * 1024 * 1024;
const SHOWN = 200;

/** JSON over HTTP with somebody who may answer anything. */
export function jsonApi(http: Http, { url, headers = async () => ({}), who }: ApiOptions): Api {
  return {
    async json(method, path, schema, { body, headers: more, signal } = {}) {
      const response = await http
        .send({ method, url: url.replace(/\/+$/, "") + path, headers: { accept: "application/json", ...(body === undefined ? {} : { "content-type": "application/json" }), ...(await headers()), ...more }, body, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES, signal })
        .catch((error: unknown) => {
          throw error instanceof HttpError ? new TargetError(`${who}: ${error.message}`, { cause: error }) : error;
        });
      if (response.status === 401 || response.status === 403) throw new TargetError(`${who} refuses the credentials (HTTP ${response.status}). Renew the token: “LLMOps: Set Secret…”, or the environment variable.`);
      const value = parse(response.body);
      if (response.status >= 400) throw new TargetError(`${who} answered ${method} ${path} with HTTP ${response.status}: ${response.body.slice(0, SHOWN)}`);
      const checked = schema.safeParse(value);
      if (!checked.success) {
        const [issue] = checked.error.issues;
        throw new TargetError(`${who} answered ${method} ${path} with something else than expected (${issue?.path.join(".") || "body"}: ${issue?.message}).`);
      }
      return { value: checked.data, response };
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
