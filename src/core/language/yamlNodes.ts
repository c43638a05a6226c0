import type { YamlNode } from "../config/yamlTree.ts";
import { yamlTree } from "../config/yamlTree.ts";

export type Scalar = Extract<YamlNode, { kind: "scalar" }>;
export interface Entry {
  readonly key: Scalar;
  readonly value: YamlNode;
}

/** `undefined` while the text is half typed, or empty. */
export function treeOf(text: string): YamlNode | undefined {
  try {
    return yamlTree(text);
  } catch {
    return undefined;
  }
}

export function entriesOf(node: YamlNode | undefined): Entry[] {
  const map = followed(node);
  return map?.kind === "map" ? map.entries.flatMap(({ key, value }) => (key.kind === "scalar" ? [{ key, value: followed(value) as YamlNode }] : [])) : [];
}

export function child(node: YamlNode | undefined, name: string): YamlNode | undefined {
  return entriesOf(node).findLast(({ key }) => key.text === name)?.value;
}

export function itemsOf(node: YamlNode | undefined): YamlNode[] {
  const list = followed(node);
  return list?.kind === "sequence" ? list.items.map((item) => followed(item) as YamlNode) : [];
}

export function textOf(node: YamlNode | undefined): string | undefined {
  return node?.kind === "scalar" ? node.text : undefined;
}

/** Every scalar below a node that is no key. */
export function scalarsOf(node: YamlNode | undefined): Scalar[] {
  switch (node?.kind) {
    case "scalar":
      return [node];
    case "map":
      return node.entries.flatMap(({ value }) => scalarsOf(value));
    case "sequence":
      return node.items.flatMap(scalarsOf);
    default:
      return [];
  }
}

/** Of a scalar in quotes, what stands between them. */
export function insideOf(text: string, { start, end }: { readonly start: number; readonly end: number }): { start: number; end: number } {
  const quote = text[start];
  const quoted = (quote === '"' || quote === "'") && text[end - 1] === quote && end > start + 1;
  return quoted ? { start: start + 1, end: end - 1 } : { start, end };
}

function followed(node: YamlNode | undefined): YamlNode | undefined {
  let found = node;
  for (let steps = 0; found?.kind === "alias" && steps < 20; steps++) found = found.target;
  return found;
}
