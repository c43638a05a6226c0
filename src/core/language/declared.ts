import { readFrontMatter } from "../prompts/formats/frontMatter.ts";
import { isPromptFile } from "../prompts/formats/formats.ts";
import type { LanguageIndex } from "./index.ts";
import type { Name } from "./template.ts";
import { child, entriesOf, insideOf, itemsOf, treeOf } from "./yamlNodes.ts";

/** Variables that a prompt file of its own format declares. */
export function declaredIn(index: LanguageIndex, file: string): Name[] {
  const text = isPromptFile(file) ? index.text(file) : undefined;
  if (text === undefined) return [];
  const { document, bodyStart } = readFrontMatter(file, text);
  if (!document) return [];
  const head = text.slice(0, bodyStart).replace(/^---/, "   ").replace(/---\s*$/, "");
  const tree = treeOf(head);
  const inputs = child(tree, "inputs");
  const input = child(tree, "input");
  const keys = [inputs, child(tree, "sample"), child(input, "default"), child(input, "schema")].flatMap((node) => entriesOf(node).map(({ key }) => key));
  const names = itemsOf(inputs).flatMap((item) => child(item, "name") ?? []);
  return [...keys, ...names].flatMap((node) => {
    const { start, end } = insideOf(head, node);
    const name = head.slice(start, end).replace(/[?(].*$/, "");
    return [{ name, start, end: start + name.length }];
  });
}
