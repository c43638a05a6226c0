import { extname } from "node:path";
import { tokensOf } from "./expressions.ts";
import type { LanguageIndex } from "./index.ts";

/** A part of a prompt that a person may fold or jump to. */
export interface Section {
  readonly name: string;
  readonly kind: "message" | "block" | "variable";
  readonly start: number;
  readonly end: number;
}

/** Files that another server knows the structure of: two outlines are worse than one. */
const OTHERS: ReadonlySet<string> = new Set([".md", ".json", ".yaml", ".yml"]);

/** Messages, blocks and own variables of a prompt file; none of a file that another server outlines. */
export function sectionsOf(index: LanguageIndex, file: string): Section[] {
  if (!index.isPrompt(file) || OTHERS.has(extname(file).toLowerCase())) return [];
  const text = index.text(file) ?? "";
  return index.promptRegions(file).flatMap(({ role, start, end, template }) => [
    ...(role ? [{ name: role.name, kind: "message" as const, start: Math.min(role.start, start), end }] : []),
    ...template.blocks.map((block) => ({ name: /\w+[^%}]*/.exec(text.slice(block.start, block.end))?.[0].trim().slice(0, 60) ?? "block", kind: "block" as const, ...block })),
    ...template.locals.map((local) => ({ kind: "variable" as const, ...local })),
  ]);
}

export const TOKEN_KINDS = ["variable", "function", "keyword", "string", "number", "comment", "operator"] as const;

/** Words that are no variables, wherever they stand. */
const WORDS: ReadonlySet<string> = new Set(["in", "is", "not", "and", "or", "if", "else", "true", "false", "none", "null"]);

export interface Colour {
  readonly kind: (typeof TOKEN_KINDS)[number];
  readonly start: number;
  readonly end: number;
}

/** What of a file's templates is coloured, in order: plain text has no grammar, so that this is all it gets. */
export function coloursOf(index: LanguageIndex, file: string): Colour[] {
  const text = index.text(file) ?? "";
  return index.regions(file).flatMap(({ template }) => {
    const filters = new Set(template.filters.map(({ start }) => start));
    return template.parts.flatMap((part): Colour[] => {
      if (part.kind === "comment") return [{ kind: "comment", start: part.start, end: part.end }];
      if (part.kind === "raw") return [];
      const marks: Colour[] = [{ kind: "operator", start: part.start, end: part.innerStart }];
      const inner = tokensOf(text, part.innerStart, part.innerEnd).flatMap((token, at): Colour[] => {
        if (token.kind === "mark") return token.text === "|" ? [{ kind: "operator", start: token.start, end: token.end }] : [];
        if (token.kind !== "name") return [{ kind: token.kind, start: token.start, end: token.end }];
        const isKeyword = (at === 0 && part.kind === "tag") || WORDS.has(token.text);
        return [{ kind: filters.has(token.start) ? "function" : isKeyword ? "keyword" : "variable", start: token.start, end: token.end }];
      });
      return [...marks, ...inner, ...(part.innerEnd < part.end ? [{ kind: "operator" as const, start: part.innerEnd, end: part.end }] : [])];
    });
  }).sort((a, b) => a.start - b.start);
}

/** Characters a token of English text has, about: ± 25 %. */
const CHARACTERS_A_TOKEN = 4;

/** About how many tokens each message of a prompt file has, before its variables are filled in; `start` is its offset. */
export function messageTokens(index: LanguageIndex, file: string): { readonly start: number; readonly tokens: number }[] {
  return index.isPrompt(file) ? index.promptRegions(file).map(({ start, end }) => ({ start, tokens: Math.ceil((end - start) / CHARACTERS_A_TOKEN) })) : [];
}
