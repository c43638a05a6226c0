import type { DefaultTreeAdapterTypes as Tree } from "parse5";
import type { AssertionDefinition } from "./definition.ts";

/** Longest output that is looked at, in characters, as in promptfoo. */
const MAX_LENGTH = 10 * 1024 * 1024;

/** `is-html`: a known element or one with a dash in its name, and no text outside of elements. */
export const isHtml: AssertionDefinition = {
  async grade({ text }) {
    const flaw = await notHtml(text.trim());
    return { holds: flaw === undefined, claim: "be HTML", found: flaw };
  },
};

/** `contains-html`: at least two signs of it. */
export const containsHtml: AssertionDefinition = {
  grade: ({ text }) => ({ holds: text.length <= MAX_LENGTH && signsOfHtml(text) >= 2, claim: "contain HTML" }),
};

const ELEMENTS = new Set(
  `html head title base link meta style body article section nav aside h1 h2 h3 h4 h5 h6 header footer address p hr pre blockquote ol ul li dl
  dt dd figure figcaption main div a em strong small s cite q dfn abbr ruby rt rp data time code var samp kbd sub sup i b u mark bdi bdo span br
  wbr img iframe embed object param picture source video audio track map area svg math script noscript canvas ins del table caption colgroup col
  tbody thead tfoot tr td th form label input button select datalist optgroup option textarea output progress meter fieldset legend details
  summary dialog menu slot template`.split(/\s+/),
);

async function notHtml(text: string): Promise<string | undefined> {
  if (text === "") return "it is empty";
  if (text.length > MAX_LENGTH) return "it is too long";
  if (/^<\?xml/i.test(text)) return "it looks like XML";
  const { parse } = await import("parse5");
  const elements = [...elementsOf(parse(text, { sourceCodeLocationInfo: true }))];
  // The parser supplies html, head and body; only those that are written count.
  const written = ({ tagName, sourceCodeLocation }: Tree.Element) => Boolean(sourceCodeLocation) && new RegExp(`<${tagName}[\\s>/]`, "i").test(text);
  const body = elements.find(({ tagName }) => tagName === "body");
  if (body && !written(body) && body.childNodes.some((node) => "value" in node && node.value.trim() !== "")) return "text stands outside of its elements";
  const known = (element: Tree.Element) => (/^(?:html|head|body)$/.test(element.tagName) ? written(element) : ELEMENTS.has(element.tagName) || element.tagName.includes("-"));
  return elements.some(known) ? undefined : "it has no element of HTML";
}

/** In the order of the text, without recursion: a model may nest as deep as it likes. */
function* elementsOf(root: Tree.ParentNode): Generator<Tree.Element> {
  const open: Tree.ChildNode[] = [...root.childNodes].reverse();
  for (let node = open.pop(); node; node = open.pop()) {
    if (!("tagName" in node)) continue;
    yield node;
    for (let i = node.childNodes.length - 1; i >= 0; i--) open.push(node.childNodes[i]!);
  }
}

/** How much speaks for HTML: tags, an entity, a DOCTYPE, a comment, an attribute, a well-known name. */
function signsOfHtml(text: string): number {
  const tags = startTags(text);
  const ends = /<\/[a-zA-Z][a-zA-Z0-9-]*\s*>/.test(text);
  return [
    tags.any ? 1 : 0,
    ends ? 1 : 0,
    tags.selfClosing ? 1 : 0,
    /&(?:[a-zA-Z]+|#[0-9]+|#x[0-9a-fA-F]+);/.test(text) ? 1 : 0,
    /<!DOCTYPE\s+html/i.test(text) ? 2 : 0,
    /<!--[^-]*(?:-[^-]+)*-->/.test(text) ? 1 : 0,
    /\s[a-zA-Z-]+=\s*["'][^"']*["']/.test(text) ? 1 : 0,
    /<(?:html|head|body|div|span|p|a|img|h[1-6]|ul|ol|li|table|tr|td|th|form|input|button|script|style|link|meta|br|hr)\b/i.test(text) ? 2 : 0,
  ].reduce((sum: number, sign) => sum + sign, 0);
}

/** `<name …>` and `<name …/>`. A pattern alone would search the rest of the text from each `<` anew. */
function startTags(text: string): { any: boolean; selfClosing: boolean } {
  const found = { any: false, selfClosing: false };
  let end = -1;
  for (const { 0: head, index } of text.matchAll(/<[a-zA-Z][a-zA-Z0-9-]*(?:\/?>|\s)/g)) {
    const after = index + head.length;
    if (head.endsWith("/>")) found.selfClosing = true;
    else if (head.endsWith(">")) found.any = true;
    else {
      if (end < after) end = text.indexOf(">", after);
      if (end === -1) break;
      found.any = true;
      found.selfClosing ||= end > after && text[end - 1] === "/";
    }
  }
  return found;
}
