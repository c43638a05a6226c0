import { basename, extname } from "node:path";
import type { Dialect } from "../prompts/dialects.ts";
import { readPromptFile } from "../prompts/formats/formats.ts";
import { readTemplate, shifted, type Name, type Template } from "./template.ts";
import { child, insideOf, itemsOf, scalarsOf, textOf, treeOf } from "./yamlNodes.ts";
import type { YamlNode } from "../config/yamlTree.ts";

/** A part of a file that is a template; offsets are those of the file. */
export interface Region {
  readonly start: number;
  readonly end: number;
  readonly dialect: Dialect;
  readonly template: Template;
  /** Who says it, where the file says that. */
  readonly role?: Name;
}

/** The templates of a prompt file, by what its name says it is. */
export function regionsOf(file: string, text: string): Region[] {
  const own = readPromptFile(file, text, {});
  if (own) return own.messages.map(({ role, start, end }) => region(text, { start, end }, own.dialect, own.dialect === "dotprompt" || own.dialect === "copilot" ? undefined : markerBefore(text, start, role)));
  const extension = extname(basename(file)).toLowerCase();
  if (extension === ".json" || extension === ".yaml" || extension === ".yml") {
    const tree = treeOf(text);
    if (tree && tree.kind !== "scalar") return ofTree(text, tree, "nunjucks");
  }
  return [region(text, { start: 0, end: text.length }, HANDLEBARS.has(extension) ? "handlebars" : "nunjucks")];
}

/** Suites read every prompt as nunjucks; of files that none names the ending is all there is. */
const HANDLEBARS: ReadonlySet<string> = new Set([".hbs", ".mustache"]);

/** The messages of a chat, or every text of what is none. */
export function ofTree(text: string, tree: YamlNode | undefined, dialect: Dialect): Region[] {
  const messages = itemsOf(tree);
  if (messages.length > 0 && messages.every((message) => child(message, "role"))) {
    return messages.flatMap((message) => {
      const role = child(message, "role");
      const said: Name | undefined = role?.kind === "scalar" ? { name: role.text, ...insideOf(text, role) } : undefined;
      return scalarsOf(child(message, "content")).map((scalar) => region(text, insideOf(text, scalar), dialect, said));
    });
  }
  return scalarsOf(tree).filter((scalar) => /\{[{%#]/.test(textOf(scalar) ?? "")).map((scalar) => region(text, insideOf(text, scalar), dialect));
}

export function region(text: string, { start, end }: { readonly start: number; readonly end: number }, dialect: Dialect, role?: Name): Region {
  return { start, end, dialect, template: shifted(readTemplate(text.slice(start, end), dialect), start), ...(role ? { role } : {}) };
}

/** The line that begins a message of a `.prompty`. */
function markerBefore(text: string, start: number, role: string): Name {
  const before = text.slice(0, start).trimEnd();
  const line = Math.max(before.lastIndexOf("\n"), before.lastIndexOf("\r")) + 1;
  const marker = /^[ \t]*#?[ \t]*(\w+)/.exec(before.slice(line));
  const isMarker = marker !== null && /:\s*$/.test(before);
  const from = isMarker ? line + marker[0].length - (marker[1] as string).length : start;
  return { name: role, start: from, end: isMarker ? line + marker[0].length : start };
}
