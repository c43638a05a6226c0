import type { Case } from "../../core/evals/model.ts";

const TITLE = 80;

/** A stored output as text: what is no text is indented JSON. */
export function outputText(output: string | undefined): string {
  if (output === undefined) return "";
  const value: unknown = JSON.parse(output);
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

/** `#4 Where is my parcel?`: its description, else its first variable. */
export function titleOf(test: Case): string {
  const first = test.description ?? Object.values(test.vars)[0];
  const text = (typeof first === "string" ? first : JSON.stringify(first ?? "")).replace(/\s+/g, " ").trim();
  return `#${test.index + 1} ${text.length > TITLE ? `${text.slice(0, TITLE)}…` : text}`;
}
