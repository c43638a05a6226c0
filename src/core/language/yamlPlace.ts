/** Where a person types in a YAML file, found by indentation: what is half typed need not parse. */
export interface YamlPlace {
  /** Keys from the top down to what is typed. */
  readonly path: readonly string[];
  /** Set where a value is typed: its key. In a list it is `undefined`, and the last of `path` names the list. */
  readonly key: string | undefined;
  /** Whether a value is typed, not a key. */
  readonly isValue: boolean;
  /** What is typed so far, and where it begins. */
  readonly typed: string;
  readonly start: number;
}

const LINE = /^(\s*)((?:-\s+)*)(?:(["']?)([\w$./-]+)\3\s*:(?=\s|$))?/;

/** @param offset in UTF-16 code units. */
export function yamlPlaceAt(text: string, offset: number): YamlPlace {
  const lineStart = Math.max(text.lastIndexOf("\n", offset - 1), text.lastIndexOf("\r", offset - 1)) + 1;
  const line = text.slice(lineStart, offset);
  const match = LINE.exec(line) as RegExpExecArray;
  const [whole, spaces = "", dashes = "", , lineKey] = match;
  const column = spaces.length + dashes.length;
  const parents = parentsOf(text.slice(0, lineStart), spaces.length, column, dashes !== "");
  const flow = /(?:^|[{,[])\s*["']?([\w-]+)(?:["']\s*:\s*|:\s+)["']?([^{}[\],"']*)$/.exec(line.slice(whole.length));
  if (flow) {
    const typed = flow[2] as string;
    return { path: [...parents, ...(lineKey === undefined ? [] : [lineKey]), ...flowParents(line)], key: flow[1], isValue: true, typed, start: offset - typed.length };
  }
  const open = /[{,]\s*([\w-]*)$/.exec(line.slice(whole.length));
  if (open && /\{[^}]*$/.test(line)) return { path: [...parents, ...(lineKey === undefined ? [] : [lineKey]), ...flowParents(line)], key: undefined, isValue: false, typed: open[1] as string, start: offset - (open[1] as string).length };
  if (lineKey !== undefined) {
    const typed = line.slice(whole.length).replace(/^\s*["']?/, "");
    return { path: parents, key: lineKey, isValue: true, typed, start: offset - typed.length };
  }
  const typed = line.slice(spaces.length + dashes.length).replace(/^["']/, "");
  return { path: parents, key: undefined, isValue: false, typed, start: offset - typed.length };
}

/** Keys of flow maps that are open at the end of a line: of `vars: { a: {` it is what `{` belongs to. */
function flowParents(line: string): string[] {
  const open: string[] = [];
  for (const match of line.matchAll(/["']?([\w-]+)["']?:\s*(?=\{)|[{}]/g)) {
    if (match[0] === "}") open.pop();
    else if (match[0] === "{") open.push("");
    else open.push(match[1] as string);
  }
  return open.filter((key, index) => key !== "" && open[index + 1] === "").slice(1);
}

/** The keys above a line, outermost first. */
function parentsOf(before: string, indent: number, column: number, isItem: boolean): string[] {
  const path: string[] = [];
  let limit = isItem ? indent : column;
  let orEqual = isItem;
  for (const line of before.split(/\r\n|\n|\r/).reverse()) {
    if (line.trim() === "" || line.trimStart().startsWith("#")) continue;
    const [, spaces = "", dashes = "", , key] = LINE.exec(line) as RegExpExecArray;
    const keyColumn = spaces.length + dashes.length;
    if (key !== undefined && (keyColumn < limit || (orEqual && keyColumn === limit && dashes === ""))) {
      path.unshift(key);
      limit = keyColumn;
      orEqual = false;
    }
    if (dashes !== "" && spaces.length < limit) {
      limit = spaces.length;
      orEqual = true;
    }
    if (limit === 0 && !orEqual) break;
  }
  return path;
}
