/** A part of a text, from its first character to behind its last. */
export interface Fragment {
  readonly start: number;
  readonly end: number;
}

interface Element extends Fragment {
  /** Start of the element around it, if that has a start tag. */
  readonly parent: number | undefined;
}

const NAME = /[:A-Z_a-z\u{C0}-\u{D6}\u{D8}-\u{F6}\u{F8}-\u{2FF}\u{370}-\u{37D}\u{37F}-\u{1FFF}\u{200C}\u{200D}\u{2070}-\u{218F}\u{2C00}-\u{2FEF}\u{3001}-\u{D7FF}\u{F900}-\u{FDCF}\u{FDF0}-\u{FFFD}\u{10000}-\u{EFFFF}][:A-Z_a-z\-.0-9\u{B7}\u{C0}-\u{D6}\u{D8}-\u{F6}\u{F8}-\u{2FF}\u{300}-\u{36F}\u{370}-\u{37D}\u{37F}-\u{1FFF}\u{200C}\u{200D}\u{203F}\u{2040}\u{2070}-\u{218F}\u{2C00}-\u{2FEF}\u{3001}-\u{D7FF}\u{F900}-\u{FDCF}\u{FDF0}-\u{FFFD}\u{10000}-\u{EFFFF}]*/uy;

/**
 * The outermost elements in a text, as promptfoo looks for them: first stretches from the first to the
 * last of several that stand beside one another, then each by itself. An end tag that fits no start
 * tag makes everything before it text.
 */
export function xmlFragments(text: string): Fragment[] {
  const elements = findElements(text);
  const starts = new Set(elements.map(({ start }) => start));
  const outermost = elements.filter(({ parent }) => parent === undefined || !starts.has(parent));
  const siblings = new Map<number | undefined, Element[]>();
  for (const element of outermost) {
    const group = siblings.get(element.parent);
    if (group) group.push(element);
    else siblings.set(element.parent, [element]);
  }
  const stretches = [...siblings.values()].filter((group) => group.length > 1).map((group) => ({ start: group[0]!.start, end: group.at(-1)!.end }));
  return [...stretches, ...outermost.toSorted((a, b) => a.start - b.start)];
}

/** Every whole element, in the order of their ends. */
function findElements(text: string): Element[] {
  const open: { name: string; start: number }[] = [];
  const elements: Element[] = [];
  const close = (start: number, end: number) => elements.push({ start, end, parent: open.at(-1)?.start });
  for (let at = text.indexOf("<"); at !== -1; at = text.indexOf("<", at)) {
    const declaration = declarationEnd(text, at);
    if (declaration !== undefined) {
      at = declaration;
      continue;
    }
    const ending = text[at + 1] === "/";
    const name = nameAt(text, at + (ending ? 2 : 1));
    const end = name === undefined ? undefined : tagEnd(text, at);
    if (name === undefined || end === undefined) {
      at++;
      continue;
    }
    if (!ending) {
      if (/\/\s*$/.test(text.slice(at + 1, end - 1))) close(at, end);
      else open.push({ name, start: at });
    } else if (open.at(-1)?.name === name) {
      close(open.pop()!.start, end);
    } else {
      open.length = 0;
    }
    at = end;
  }
  return elements;
}

function nameAt(text: string, at: number): string | undefined {
  NAME.lastIndex = at;
  return NAME.exec(text)?.[0];
}

/** Behind the `>` of a tag; `undefined` when another one begins first. */
function tagEnd(text: string, at: number): number | undefined {
  const tag = /<[^<>"']*(?:(?:"[^"]*"|'[^']*')[^<>"']*)*>/y;
  tag.lastIndex = at;
  return tag.test(text) ? tag.lastIndex : undefined;
}

/** Behind a comment, a CDATA section, an instruction or a `<!…>`; `undefined` where none begins. */
function declarationEnd(text: string, at: number): number | undefined {
  const after = (delimiter: string, from: number) => {
    const found = text.indexOf(delimiter, from);
    return found === -1 ? text.length : found + delimiter.length;
  };
  if (text.startsWith("<?", at)) return after("?>", at + 2);
  if (text.startsWith("<!--", at)) return after("-->", at + 4);
  if (text.startsWith("<![CDATA[", at)) return after("]]>", at + 9);
  if (!text.startsWith("<!", at)) return undefined;
  let depth = 0;
  for (const { 0: token, index } of text.slice(at).matchAll(/"[^"]*(?:"|$)|'[^']*(?:'|$)|[[\]>]/g)) {
    if (token === "[") depth++;
    else if (token === "]") depth = Math.max(0, depth - 1);
    else if (token === ">" && depth === 0) return at + index + 1;
  }
  return text.length;
}
