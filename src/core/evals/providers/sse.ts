import { CallError } from "./provider.ts";

/** The data of server-sent events, a line each, in order. */
export function sseData(body: string): string[] {
  return body.split(/\r\n|\n|\r/).flatMap((line) => (line.startsWith("data:") ? [line.slice("data:".length).trim()] : []));
}

/** An event of a stream. @throws {CallError} */
export function eventOf(data: string, host: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    throw new CallError("unanswered", `${host} streamed an event that is not JSON.`);
  }
}

/** A stream that ended before its answer did; the next call may go well. */
export function cutOff(host: string): CallError {
  return new CallError("unanswered", `${host} ended its stream in the middle of the answer.`, { retry: true });
}

/** An endpoint that says in a stream that it failed. */
export function brokenOff(host: string, message: unknown): CallError {
  return new CallError("unanswered", `${host} broke its answer off: ${typeof message === "string" ? message : "an error"}.`);
}
