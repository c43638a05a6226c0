/** Longest object that is looked for, in characters, as in promptfoo. */
const MAX_OBJECT = 100_000;
/** Characters that are parsed in one output before giving up: nested braces that parse to nothing cost their square. */
const BUDGET = 2_000_000;

/**
 * The objects `{…}` in a text, outermost first, as promptfoo finds them: read as YAML (so trailing
 * commas, single quotes and `//` comments are forgiven), and one whose end is cut off is closed.
 * Braces are counted without regard to quotes; what does not parse is tried again from its next brace.
 */
export async function jsonObjects(text: string): Promise<object[]> {
  const objects: object[] = [];
  const ends = closingBraces(text);
  let budget = BUDGET;
  for (let start = text.indexOf("{"); start !== -1 && budget > 0; ) {
    const { end, missing } = ends.get(start)!;
    const length = end - start;
    budget -= length;
    // A brace that ends the text begins nothing.
    const found = length > 1 && length <= MAX_OBJECT ? await parse(text.slice(start, end) + "}".repeat(missing)) : undefined;
    if (found) objects.push(found);
    start = text.indexOf("{", found ? end : start + 1);
  }
  return objects;
}

/** For each opening brace where its object ends, and how many closing braces are missing there. */
function closingBraces(text: string): Map<number, { end: number; missing: number }> {
  const ends = new Map<number, { end: number; missing: number }>();
  const open: number[] = [];
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "{") open.push(i);
    else if (text[i] === "}" && open.length > 0) ends.set(open.pop()!, { end: i + 1, missing: 0 });
  }
  open.forEach((start, depth) => ends.set(start, { end: text.length, missing: open.length - depth }));
  return ends;
}

async function parse(text: string): Promise<object | undefined> {
  const value = parseJson(text) ?? (await parseYaml(text));
  return typeof value === "object" && value !== null ? value : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function parseYaml(text: string): Promise<unknown> {
  const { load } = await import("js-yaml");
  try {
    return load(withoutComments(text), { json: true });
  } catch {
    return undefined;
  }
}

/** Drops `// …` to the end of its line, outside quotes and not in `https://…`. */
function withoutComments(text: string): string {
  return text.replace(/("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(?<=^|[\s,{}[\]])\/\/.*$/gm, (_match, quoted: string | undefined) => quoted ?? "");
}
