import { CORE_SCHEMA, load, mergeTag, YAMLException } from "js-yaml";
import { type Problem, type Range, START } from "../problem.ts";
import { LineIndex } from "./positions.ts";
import { badAlias } from "./yamlAliases.ts";
import { type YamlNode, yamlTree } from "./yamlTree.ts";

export type Path = readonly (string | number)[];

/** A parsed YAML (or JSON) file whose every node can be found in the text. */
export interface YamlDocument {
  readonly file: string;
  readonly text: string;
  /** What js-yaml reads (YAML 1.2 core, with `<<`); `undefined` when the text does not parse. */
  readonly value: unknown;
  /** At most one: cascading syntax errors help nobody. */
  readonly problems: readonly Problem[];
  /**
   * The range of a node, computed on first use. Follows aliases, `<<` and `$ref` within the file; where
   * the path does not exist in the text it answers for the nearest ancestor that does. `key`: the key's
   * own range.
   */
  locate(path: Path, part?: "value" | "key"): Range;
}

const HAS_ALIASES = /&[^\s,[\]{}][^]*\*[^\s,[\]{}]/;
const SCHEMA = CORE_SCHEMA.withTags(mergeTag);

/** Reads a file's text. Never throws for what stands in it. */
export function parseYaml(file: string, text: string): YamlDocument {
  const source = text.replace(/^\uFEFF/, "");
  let value: unknown;
  const problems: Problem[] = [];
  try {
    const read = /^\s*(#[^\n]*\s*)*$/.test(source) ? null : load(source, { schema: SCHEMA, json: /\.json$/i.test(file) });
    const alias = HAS_ALIASES.test(source) ? badAlias(yamlTree(source)) : undefined;
    if (alias) problems.push(problemAt(file, source, alias.node.start, alias.node.end, alias.reason));
    else value = read;
  } catch (error) {
    problems.push(syntaxProblem(file, source, error));
  }

  let index: LineIndex | undefined;
  let tree: YamlNode | undefined | "unread" = "unread";
  const locate = (path: Path, part: "value" | "key" = "value"): Range => {
    if (tree === "unread") {
      try {
        tree = yamlTree(source);
      } catch {
        tree = undefined;
      }
    }
    if (!tree) return START;
    index ??= new LineIndex(source);
    const { start, end } = find(tree, tree, path, part);
    return index.range(start, trimmedEnd(source, start, end));
  };
  return { file, text: source, value, problems, locate };
}

/** Where a path leads, or as far as it does. */
function find(root: YamlNode, from: YamlNode, path: Path, part: "value" | "key", depth = 0): { start: number; end: number } {
  let node = from;
  let place: { start: number; end: number } = from;
  for (const [at, step] of path.entries()) {
    const holder = followed(node);
    if (holder.kind === "sequence") {
      const item = holder.items[Number(step)];
      if (!item) return place;
      node = place = item;
      continue;
    }
    if (holder.kind !== "map") return place;
    const entry = entryOf(holder, String(step));
    if (!entry) {
      const target = depth < 20 ? referenced(root, holder) : undefined;
      return target ? find(root, target, path.slice(at), part, depth + 1) : place;
    }
    node = entry.value;
    place = at === path.length - 1 && part === "key" ? entry.key : isEmpty(entry.value) ? entry.key : entry.value;
  }
  return place;
}

function followed(node: YamlNode): YamlNode {
  let found = node;
  for (let steps = 0; found.kind === "alias" && found.target && steps < 20; steps++) found = found.target;
  return found;
}

/** A key's own entry, else that of a map merged by `<<`; of doubled keys the last counts, as in JSON. */
function entryOf(map: Extract<YamlNode, { kind: "map" }>, key: string, depth = 0): { key: YamlNode; value: YamlNode } | undefined {
  const own = map.entries.findLast((entry) => entry.key.kind === "scalar" && entry.key.text === key);
  if (own || depth > 20) return own;
  for (const { key: name, value } of map.entries) {
    if (name.kind !== "scalar" || name.text !== "<<") continue;
    const target = followed(value);
    for (const merged of target.kind === "sequence" ? target.items.map(followed) : [target]) {
      const found = merged.kind === "map" ? entryOf(merged, key, depth + 1) : undefined;
      if (found) return found;
    }
  }
  return undefined;
}

/** The node that a map's `$ref: "#/a/b"` points at. */
function referenced(root: YamlNode, map: Extract<YamlNode, { kind: "map" }>): YamlNode | undefined {
  const reference = entryOf(map, "$ref")?.value;
  if (reference?.kind !== "scalar" || !reference.text.startsWith("#/")) return undefined;
  let node = followed(root);
  for (const step of pointerSteps(reference.text)) {
    const next = node.kind === "sequence" ? node.items[Number(step)] : node.kind === "map" ? entryOf(node, step)?.value : undefined;
    if (!next) return undefined;
    node = followed(next);
  }
  return node;
}

/** The steps of a JSON pointer in a fragment, `#/a~1b` → `a/b` (RFC 6901). */
export function pointerSteps(fragment: string): string[] {
  return fragment.replace(/^#\/?/, "").split("/").filter((step) => step !== "").map((step) => decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~"));
}

function isEmpty(node: YamlNode): boolean {
  return node.kind === "scalar" && node.start === node.end;
}

/** A block scalar's last line end is not part of what is marked. */
function trimmedEnd(source: string, start: number, end: number): number {
  let last = end;
  while (last > start && /\s/.test(source[last - 1] as string)) last--;
  return last;
}

function syntaxProblem(file: string, source: string, error: unknown): Problem {
  if (!(error instanceof YAMLException)) return problemAt(file, source, 0, 0, error instanceof Error ? error.message : String(error));
  const offset = Math.min((error.mark as { position?: number } | undefined)?.position ?? 0, source.length);
  const template = unquotedTemplate(source, offset, error.reason);
  if (template !== undefined) return problemAt(file, source, template, template + 2, 'a value that begins with {{ must be quoted, such as "{{ name }}"');
  return problemAt(file, source, offset, offset + 1, error.reason || "it is not valid YAML");
}

function problemAt(file: string, source: string, start: number, end: number, reason: string): Problem {
  const from = new LineIndex(source).position(start);
  const range = { start: from, end: { line: from.line, character: from.character + end - start } };
  return { severity: "error", code: "yaml-syntax", message: `${/\.json$/i.test(file) ? "JSON" : "YAML"} syntax: ${reason}.`, location: { file, range } };
}

/** Where a `{{` stands that YAML takes for two mappings: the parser stumbles over it later on its line, or says no place at all. */
function unquotedTemplate(source: string, offset: number, reason: string): number | undefined {
  const isWhole = /complex keys/.test(reason);
  const lines = isWhole ? source : source.slice(0, offset);
  const match = /(?:^|[:\-,[]\s+|\[)(?=\{\{)/gm;
  match.lastIndex = isWhole ? 0 : Math.max(lines.lastIndexOf("\n"), lines.lastIndexOf("\r")) + 1;
  const found = match.exec(lines);
  return found ? found.index + found[0].length : undefined;
}
