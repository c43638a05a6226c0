import { outsideOfFences } from "./fences.ts";

interface Block {
  readonly start: number;
  readonly end: number;
  /** Nothing but white space stands before it on its line. */
  readonly leads: boolean;
  /** Nothing but white space stands behind it on its line. */
  readonly closesLine: boolean;
  readonly inner: readonly Block[];
}

/** Characters parsed, as a multiple of the text, before giving up: blocks within blocks that all do not parse. */
const BUDGET = 4;

/**
 * The JSON objects and lists in a text that stand on lines of their own and outside of fenced code, as
 * promptfoo looks for tool calls: an example in a sentence is not a call. In a block that does not parse
 * the next inner ones are tried.
 *
 * @returns `undefined` when that would take too long.
 */
export function jsonBlocks(text: string): unknown[] | undefined {
  const found: unknown[] = [];
  let budget = BUDGET * text.length;
  const open = findBlocks(text).reverse();
  for (let block = open.pop(); block; block = open.pop()) {
    if (!block.closesLine) continue;
    budget -= block.end - block.start;
    if (budget < 0) return undefined;
    try {
      const value: unknown = JSON.parse(text.slice(block.start, block.end));
      if (block.leads) found.push(value);
    } catch {
      open.push(...block.inner.toReversed());
    }
  }
  return found;
}

/** Balanced blocks, outermost ones first; a string ends with its line, and a brace that fits none sets everything open free. */
function findBlocks(text: string): Block[] {
  const open: { char: string; start: number; leads: boolean; before: Block[] }[] = [];
  let blocks: Block[] = [];
  const setFree = () => {
    for (const { before } of open.splice(0).reverse()) {
      for (const block of blocks) before.push(block);
      blocks = before;
    }
  };
  for (const line of outsideOfFences(text)) {
    if (line === undefined) {
      setFree();
      continue;
    }
    const content = line.text.trimEnd();
    const first = content.search(/\S/);
    for (const { 0: token, index } of content.matchAll(/"(?:[^"\\]|\\.)*(?:"|\\?$)|[{}[\]]/g)) {
      if (token.startsWith('"')) {
        if (!/^"(?:[^"\\]|\\.)*"$/.test(token)) setFree();
      } else if (token === "{" || token === "[") {
        open.push({ char: token, start: line.start + index, leads: index === first, before: blocks });
        blocks = [];
      } else if (open.at(-1)?.char === (token === "}" ? "{" : "[")) {
        const { start, leads, before } = open.pop()!;
        before.push({ start, end: line.start + index + 1, leads, closesLine: index === content.length - 1, inner: blocks });
        blocks = before;
      } else {
        setFree();
      }
    }
  }
  setFree();
  return blocks;
}
