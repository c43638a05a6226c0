import type { YamlNode } from "./yamlTree.ts";

/** More values than any suite has: a few lines of nested aliases stand for billions, and would fill the memory. */
const MOST_VALUES = 2_000_000;

/** The first alias that leads back to itself, or that makes the document too large. */
export function badAlias(root: YamlNode | undefined): { node: YamlNode; reason: string } | undefined {
  const sizes = new Map<YamlNode, number>();
  let total = 0;
  let bad: { node: YamlNode; reason: string } | undefined;
  /** Values that a node stands for, with those of its aliases. */
  const sizeOf = (node: YamlNode): number => {
    const known = sizes.get(node);
    if (known !== undefined) return known;
    sizes.set(node, Infinity);
    let size = 1;
    for (const child of childrenOf(node)) size += sizeOf(child);
    if (node.kind === "alias") total += size;
    if (total > MOST_VALUES) bad ??= { node, reason: size === Infinity ? "this alias leads back to itself" : "this alias makes the document too large" };
    sizes.set(node, size);
    return size;
  };
  if (root) sizeOf(root);
  return bad;
}

function childrenOf(node: YamlNode): readonly YamlNode[] {
  switch (node.kind) {
    case "map":
      return node.entries.flatMap(({ key, value }) => [key, value]);
    case "sequence":
      return node.items;
    case "alias":
      return node.target ? [node.target] : [];
    default:
      return [];
  }
}
