/** A line of a text outside of fenced code. */
export interface Line {
  readonly text: string;
  /** Position of its first character in the text. */
  readonly start: number;
}

const FENCE = /^[ \t]*(`{3,}|~{3,})(.*)$/;
const LIST_ITEM = /^[ \t]*(?:[-+*]|\d+[.)])[ \t]+/;

/** The lines of a Markdown text outside of its fenced code, with `undefined` where a fence begins or a list item ends it. */
export function* outsideOfFences(text: string): Generator<Line | undefined> {
  let fence: { marker: string; column: number } | undefined;
  /** Columns at which the texts of the list items around a line begin. */
  const items: number[] = [];
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf("\n", start);
    const end = newline === -1 ? text.length : newline;
    const line = { text: text.slice(start, end), start };
    start = end + 1;
    const content = line.text.trimEnd();
    const indent = width(/^\s*/.exec(content)![0]);
    if (fence && content !== "" && indent < fence.column) {
      // Less far in than the list item that the fence is in: the item is over, and the fence with it.
      fence = undefined;
      yield undefined;
    }
    if (fence) {
      const [, marker = "", rest = ""] = FENCE.exec(content) ?? [];
      if (marker.startsWith(fence.marker) && indent <= fence.column + 3 && rest.trim() === "") fence = undefined;
      continue;
    }
    while (content !== "" && items.length > 0 && indent < items.at(-1)!) items.pop();
    const item = LIST_ITEM.exec(content)?.[0];
    if (item !== undefined) items.push(width(item));
    const column = items.at(-1) ?? 0;
    const [, marker = "", info = ""] = FENCE.exec(content.slice(item?.length ?? 0)) ?? [];
    if (marker !== "" && (item !== undefined || indent <= column + 3) && !(marker.startsWith("`") && info.includes("`"))) {
      fence = { marker, column };
      yield undefined;
    } else {
      yield line;
    }
  }
}

/** Columns that white space and a list marker take, with tab stops every 4. */
function width(text: string): number {
  let column = 0;
  for (const char of text) column += char === "\t" ? 4 - (column % 4) : 1;
  return column;
}
