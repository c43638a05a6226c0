import type { NotificationsConfig } from "../../config/schema.ts";
import { Redactor } from "../../config/redactor.ts";
import { resolveReferences } from "../../config/references.ts";
import type { Http, Secrets } from "../../host.ts";
import type { Notice } from "../notice.ts";

/** What goes out together. */
export interface Message {
  /** The same at each attempt: by it a receiver tells a repetition. */
  readonly key: string;
  readonly notices: readonly Notice[];
  /** A sender has died between sending it and saying so. */
  readonly mayRepeat: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface Sink {
  /** Resolves when it was taken. @throws {SinkError} */
  send(message: Message): Promise<void>;
  /** What would be sent, for a person to see; without secrets. */
  preview(message: Message): object;
}

/** Not delivered. `permanent`: sending it again as it is helps nobody. */
export class SinkError extends Error {
  readonly permanent: boolean;
  readonly retryAfterMs: number | undefined;
  constructor(message: string, permanent: boolean, retryAfterMs?: number) {
    super(message);
    this.name = "SinkError";
    this.permanent = permanent;
    this.retryAfterMs = retryAfterMs;
  }
}

export interface SinkContext {
  readonly http: Pick<Http, "send">;
  readonly secrets: Secrets;
  readonly notifications: NotificationsConfig;
}

/** A text with its secrets, which are released to one origin only. @throws {SinkError} */
export async function resolved(text: string, origin: string, { secrets }: SinkContext): Promise<string> {
  const get = (name: string, to: string) => secrets.get(name, to);
  return resolveReferences(text, origin, { secret: get, env: get }, new Redactor()).catch((error: Error) => {
    // A secret may be set, or approved, in the next minute.
    throw new SinkError(error.message, false);
  });
}
