import { fromMarkdown } from "mdast-util-from-markdown";

/** A part of a playbook. All of them, one after another, are its text to the byte. */
export interface Cell {
  readonly kind: "markup" | "code";
  /** As it stands in the file. */
  readonly raw: string;
  /** Of code: what stands between its fences, and where that is in `raw`. */
  readonly code?: { readonly language: string; readonly attributes: Readonly<Record<string, string>>; readonly value: string; readonly start: number; readonly end: number };
}

export interface PlaybookDocument {
  /** Of the front matter, its lines `key: value`; the rest of it stays as it is. */
  readonly head: Readonly<Record<string, string>>;
  readonly cells: readonly Cell[];
}

const FRONT_MATTER = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/;

/**
 * Reads a playbook as Runme does: Markdown whose fenced blocks are steps, with attributes behind the language, in JSON
 * or (older) as `{ name=value }` (https://docs.runme.dev/configuration/cell-level). Never throws.
 */
export function readPlaybook(text: string): PlaybookDocument {
  const front = FRONT_MATTER.exec(text);
  const from = front ? front[0].length : text.startsWith("\uFEFF") ? 1 : 0;
  const body = text.slice(from);
  const cells: Cell[] = [];
  let last = 0;
  const markup = (end: number) => {
    if (end > last) cells.push({ kind: "markup", raw: text.slice(last, end) });
  };
  for (const node of fromMarkdown(body).children) {
    const start = node.position?.start.offset;
    const end = node.position?.end.offset;
    if (node.type !== "code" || start === undefined || end === undefined) continue;
    const raw = body.slice(start, end);
    const place = betweenFences(raw);
    if (!place) continue;
    markup(from + start);
    cells.push({ kind: "code", raw, code: { language: (node.lang ?? "").toLowerCase(), attributes: attributesOf(node.meta ?? ""), value: raw.slice(place.start, place.end), ...place } });
    last = from + end;
  }
  markup(text.length);
  return { head: Object.fromEntries([...(front?.[1] ?? "").matchAll(/^([A-Za-z][\w-]*):[ \t]*(.*?)[ \t]*\r?$/gm)].map(([, key, value]) => [key as string, unquoted(value as string)])), cells };
}

/** The text of a playbook. A cell whose code is given anew keeps its fences; any other is what it was. */
export function writePlaybook({ cells }: PlaybookDocument, edited: ReadonlyMap<number, string> = new Map()): string {
  return cells
    .map(({ raw, code }, index) => {
      const value = edited.get(index);
      if (value === undefined) return raw;
      if (!code) return value;
      const lineEnd = raw.includes("\r\n") ? "\r\n" : "\n";
      // An empty block has no line between its fences yet.
      const isOpen = code.start === code.end && value !== "";
      return `${raw.slice(0, code.start)}${value.replaceAll(/\r?\n/g, lineEnd)}${isOpen ? lineEnd : ""}${raw.slice(code.end)}`;
    })
    .join("");
}

/** Where the code stands; `undefined` for an indented block, which has no fences and is no step. */
function betweenFences(raw: string): { readonly start: number; readonly end: number } | undefined {
  const [, fence] = /^(`{3,}|~{3,})/.exec(raw) ?? [];
  if (fence === undefined) return undefined;
  const open = raw.indexOf("\n");
  if (open < 0) return { start: raw.length, end: raw.length };
  const close = raw.lastIndexOf("\n");
  const lastLine = raw.slice(close + 1).trim();
  const isClosed = close >= open && lastLine.length >= fence.length && lastLine === (fence[0] as string).repeat(lastLine.length);
  if (!isClosed) return { start: open + 1, end: raw.length };
  if (close === open) return { start: open + 1, end: open + 1 };
  return { start: open + 1, end: raw[close - 1] === "\r" ? close - 1 : close };
}

function attributesOf(meta: string): Readonly<Record<string, string>> {
  const [text] = /\{[\s\S]*\}/.exec(meta) ?? [];
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (value !== null && typeof value === "object" && !Array.isArray(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, typeof item === "string" ? item : JSON.stringify(item)]));
  } catch {
    // The older form.
  }
  return Object.fromEntries([...text.slice(1, -1).matchAll(/([\w-]+)=("[^"]*"|'[^']*'|\S+)/g)].map(([, key, value]) => [key as string, unquoted(value as string)]));
}

function unquoted(text: string): string {
  return /^(".*"|'.*')$/.test(text) ? text.slice(1, -1) : text;
}
