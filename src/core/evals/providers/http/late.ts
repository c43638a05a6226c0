/** What is filled in when a request is sent, by name: it differs from call to call and is no part of what decides an answer. */
export type Late = Readonly<Record<string, string>>;

/** A request's text with what is known by now. @param escape how a value stands in it. */
export function withLate(text: string, late: Late, escape: (value: string) => string = (value) => value): string {
  return text.replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, name: string) => (Object.hasOwn(late, name) ? escape(late[name] as string) : whole));
}

/** How a value stands in a body: escaped where that is JSON. */
export function escapeFor(body: string): (value: string) => string {
  return /^\s*[[{]/.test(body) ? (value) => JSON.stringify(value).slice(1, -1) : (value) => value;
}
