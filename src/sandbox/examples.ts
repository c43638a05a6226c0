/** A few-shot example as written: what was asked, and the whole output that was shown for it. */
export interface Shot {
  readonly text: string;
  readonly output: string;
}

export interface ShotText {
  readonly shots: readonly Shot[];
  /** What stands before and between the examples. */
  readonly before: string;
  /** What stands after the last one; the whole text when there is none. */
  readonly after: string;
  /** The query of an unanswered last example (`Text: …` without its `Category: …`, or `"…" ->`). */
  readonly open: string | undefined;
}

const ARROW = /->|=>|→|⇒/gu;
const BULLET = /^\s*(?:[-*•]\s+|\d+[.)]\s+)?/u;
/** What may stand right of an arrow: nothing yet, a short answer, or an object. */
const OUTPUT = /^(?:[^\s:(),>][^:()>]*|\{.*\})?$/u;
const FIELD = /^\s*(?:[-*•>#]+\s+|\d+[.)]\s+)?(?:\*\*|__)?(\p{L}[\p{L}\p{N} _-]{0,30}?)(?:\*\*|__)?\s*:(?!\/\/)(?:\*\*|__)?(?:\s+(.*))?$/u;

/**
 * Finds few-shot examples in a prompt: `"…" -> label` lines, or repeated records of named fields such as
 * `Text: … / Category: …` and `Q: … / A: …`, one field a line or ` / ` between them, or as `<tags>`.
 */
export function readShots(text: string): ShotText {
  const lines = toLines(text);
  return readArrows(lines) ?? readRecords(lines) ?? { shots: [], before: "", after: lines.join("\n"), open: undefined };
}

/** `Name: value` → its parts; the name in lower case without a number at its end. */
export function readField(line: string): { name: string; value: string } | undefined {
  const match = FIELD.exec(line);
  if (!match) return undefined;
  return { name: match[1]!.toLowerCase().replace(/\s*\d+$/, ""), value: (match[2] ?? "").trim() };
}

/** Without the quotes or fences that delimit the whole text. */
export function unquote(text: string): string {
  const trimmed = text.trim();
  const match = /^(?:```\w*|"""|["'`“«])([\s\S]*?)(?:```|"""|["'`”»])$/u.exec(trimmed);
  return match ? match[1]!.trim() : trimmed;
}

function toLines(text: string): string[] {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/<(\w+)>([^<]*)<\/\1>/g, (_, name: string, value: string) => `\n${name}: ${value.trim()}\n`)
    .replace(/^[ \t]*<\/?\w+>[ \t]*$/gm, "")
    .replace(/(?<![ \t])[ \t]+[/|][ \t]+(?=\p{Lu}[\p{L} ]{0,20}:)/gu, "\n")
    .split("\n");
}

function readArrows(lines: readonly string[]): ShotText | undefined {
  const found = lines.flatMap((line, index) => {
    // An example's text may hold arrows itself: only a line's last one separates.
    const arrow = [...line.matchAll(ARROW)].at(-1);
    if (!arrow) return [];
    const left = line.slice(0, arrow.index).replace(BULLET, "").trim();
    const right = line.slice(arrow.index + arrow[0].length).trim();
    return left !== "" && OUTPUT.test(right) ? [{ index, quoted: unquote(left) !== left, text: unquote(left), output: unquote(right) }] : [];
  });
  const quoted = found.filter((line) => line.quoted).length * 2 >= found.length;
  const alike = found.filter((line) => line.quoted === quoted);
  const shots = alike.flatMap(({ index, text, output }) => (output ? [{ index, text, output }] : []));
  if (shots.length < (quoted ? 1 : 2)) return undefined;
  const taken = new Set(shots.map(({ index }) => index));
  const end = shots.at(-1)!.index + 1;
  const after = lines.slice(end).join("\n");
  const open = openText(after.trimEnd(), quoted);
  const before = lines.filter((_, index) => index < end && !taken.has(index)).join("\n");
  return {
    shots: shots.map(({ text, output }) => ({ text, output })),
    before: open === undefined ? before : `${before}\n${after.slice(0, after.lastIndexOf(open))}`,
    after: open === undefined ? after : "",
    open,
  };
}

/** The text of a last `"…" ->` that has no answer; in quotes it may span lines. */
function openText(after: string, quoted: boolean): string | undefined {
  const arrow = [...after.matchAll(ARROW)].at(-1);
  if (!arrow || arrow.index + arrow[0].length < after.length) return undefined;
  const left = after.slice(0, arrow.index).trimEnd();
  if (!quoted) return left.slice(left.lastIndexOf("\n") + 1).replace(BULLET, "");
  return /["”»]$/u.test(left) ? left.slice(left.search(/["“«]/u) + 1, -1) : undefined;
}

function readRecords(lines: readonly string[]): ShotText | undefined {
  const fields = lines.flatMap((line, index) => {
    const field = readField(line);
    return field ? [{ ...field, index }] : [];
  });
  const names = recordNames(fields);
  if (!names) return undefined;
  const starts = fields.filter(({ name }) => name === names.text);
  const shots: Shot[] = [];
  const before = lines.slice(0, starts[0]!.index);
  let after = "";
  let open: string | undefined;
  for (const [i, start] of starts.entries()) {
    const limit = starts[i + 1]?.index ?? lines.length;
    const answer = fields.find(({ name, index }) => name === names.output && index > start.index && index < limit);
    const text = unquote([start.value, ...lines.slice(start.index + 1, answer?.index ?? limit)].join("\n"));
    const blank = answer ? lines.findIndex((line, index) => index > answer.index && line.trim() === "") : -1;
    const end = blank < 0 || blank > limit ? limit : blank;
    const output = answer && unquote([answer.value, ...lines.slice(answer.index + 1, end)].join("\n"));
    before.push(...after.split("\n"));
    after = lines.slice(end, limit).join("\n");
    open = output ? undefined : text;
    if (output) shots.push({ text, output });
  }
  return shots.length === 0 ? undefined : { shots, before: before.join("\n"), after, open };
}

/** A record begins at the field that recurs most; its output is the first record's last field with a value. */
function recordNames(fields: readonly { name: string; value: string }[]): { text: string; output: string } | undefined {
  const counts = new Map<string, number>();
  for (const { name } of fields) counts.set(name, (counts.get(name) ?? 0) + 1);
  const [text, count] = [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best), ["", 1]);
  if (count < 2) return undefined;
  const first = fields.findIndex(({ name }) => name === text);
  const second = fields.findIndex(({ name }, index) => index > first && name === text);
  const output = fields.slice(first + 1, second).findLast(({ value }) => value !== "")?.name;
  return output === undefined ? undefined : { text, output };
}
