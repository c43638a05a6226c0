import { parseYaml, type YamlDocument } from "../../config/yaml.ts";

export interface FrontMatter {
  /** The YAML between the `---` lines, with its positions in the whole file; `undefined` where there is none. */
  readonly document: YamlDocument | undefined;
  /** Offset in the file at which the body begins. */
  readonly bodyStart: number;
}

/**
 * Splits a file into its front matter and its body. `---` must be the very first line; a front matter that
 * is never closed is none.
 */
export function readFrontMatter(file: string, text: string): FrontMatter {
  const opening = /^---[ \t]*(?:\r\n|\n|\r)/.exec(text);
  const closing = opening && /^---[ \t]*(?:\r\n|\n|\r|$)/m.exec(text.slice(opening[0].length));
  if (!opening || !closing) return { document: undefined, bodyStart: 0 };
  const end = opening[0].length + closing.index;
  // Blanks in place of the first line keep every line and column as it is in the file.
  const yaml = opening[0].replace("---", "   ") + text.slice(opening[0].length, end);
  return { document: parseYaml(file, yaml), bodyStart: end + closing[0].length };
}
