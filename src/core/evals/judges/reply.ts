import { jsonObjects } from "../assertions/jsonObjects.ts";

/** The first JSON object in a judge's reply, which may stand in a fence or between sentences. */
export async function replyObject(reply: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const [first] = await jsonObjects(reply);
  return first === undefined || Array.isArray(first) ? undefined : (first as Record<string, unknown>);
}

/** A number, also one that is written as a text; `undefined` for everything else, NaN among it. */
export function finite(value: unknown): number | undefined {
  const number = typeof value === "number" ? value : typeof value === "string" && value.trim() !== "" ? Number(value) : NaN;
  return Number.isFinite(number) ? number : undefined;
}

export function textIn(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

/** Lines that have something in them. */
export function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}
