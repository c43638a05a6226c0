import type { Dialect } from "../prompts/dialects.ts";

export interface Mark {
  readonly kind: "expression" | "tag" | "comment" | "raw";
  readonly open: string;
  readonly close: string;
}

/** What a dialect of templates is made of: the scanner, completion and diagnostics are tables over it. */
export interface Syntax {
  readonly marks: readonly Mark[];
  /** What the scanner looks at within an expression or a tag. */
  readonly stops: RegExp;
  /** The name of the block in which nothing is a mark, if a tag begins one. */
  readonly raw?: (tag: string) => string | undefined;
  /** Filters and what each does; `undefined`: the dialect has none. */
  readonly filters?: Readonly<Record<string, string>>;
  /** Tags that open a block, with what closes each. */
  readonly blocks: Readonly<Record<string, string>>;
  /** Tags that stand alone, or divide a block. */
  readonly singles: readonly string[];
  /** Names that are always there. */
  readonly names: readonly string[];
}

/** nunjucks 3.2's own filters (https://mozilla.github.io/nunjucks/templating.html#builtin-filters), and promptfoo's `load`. */
const NUNJUCKS_FILTERS: Readonly<Record<string, string>> = {
  abs: "The absolute value of a number.",
  batch: "Lists of so many items each.",
  capitalize: "The first letter in upper case, the rest in lower.",
  center: "Padded on both sides to a width.",
  d: "Short for default.",
  default: "Another value where this one is undefined.",
  dictsort: "The pairs of a map, sorted.",
  dump: "The value as JSON.",
  e: "Short for escape.",
  escape: "Characters of HTML as entities.",
  first: "The first item of a list.",
  float: "The number that a text stands for.",
  forceescape: "As escape, also of what is safe.",
  groupby: "Items by the value of an attribute.",
  indent: "Each further line indented.",
  int: "The whole number that a text stands for.",
  join: "The items of a list as one text.",
  last: "The last item of a list.",
  length: "The number of items or characters.",
  list: "The value as a list.",
  load: "The value that a JSON text stands for (promptfoo's own).",
  lower: "In lower case.",
  nl2br: "Line ends as <br />.",
  random: "One item of a list, another each time: the answers of a run cannot be told apart from the prompt's changes.",
  reject: "Items that do not pass a test.",
  rejectattr: "Items without an attribute.",
  replace: "One text in the place of another.",
  reverse: "In reverse order.",
  round: "Rounded.",
  safe: "Not escaped.",
  select: "Items that pass a test.",
  selectattr: "Items with an attribute.",
  slice: "A list cut into so many.",
  sort: "Sorted.",
  string: "The value as a text.",
  striptags: "Without HTML's tags.",
  sum: "The sum of a list.",
  title: "Each word with a capital.",
  trim: "Without spaces around it.",
  truncate: "Cut to a length.",
  upper: "In upper case.",
  urlencode: "For the use in an address.",
  urlize: "Addresses as links.",
  wordcount: "The number of words.",
};

const NUNJUCKS: Syntax = {
  marks: [
    { kind: "expression", open: "{{", close: "}}" },
    { kind: "tag", open: "{%", close: "%}" },
    { kind: "comment", open: "{#", close: "#}" },
  ],
  stops: /["']|\}\}|%\}|\{\{|\{%|\{#/g,
  raw: (tag) => /^-?\s*(raw|verbatim)\s*-?$/.exec(tag)?.[1],
  filters: NUNJUCKS_FILTERS,
  blocks: { if: "endif", for: "endfor", macro: "endmacro", call: "endcall", block: "endblock", filter: "endfilter", raw: "endraw", verbatim: "endverbatim", switch: "endswitch", asyncEach: "endeach", asyncAll: "endall", ifAsync: "endif" },
  singles: ["else", "elif", "elseif", "case", "default", "set", "endset", "include", "import", "from", "extends"],
  names: ["env", "features", "_conversation", "range", "cycler", "joiner", "loop", "caller", "super", "true", "false", "none"],
};

const HANDLEBARS: Syntax = {
  marks: [
    { kind: "comment", open: "{{!--", close: "--}}" },
    { kind: "comment", open: "{{!", close: "}}" },
    { kind: "expression", open: "{{{", close: "}}}" },
    { kind: "expression", open: "{{", close: "}}" },
  ],
  stops: /["']|\}\}\}|\}\}|\{\{/g,
  blocks: {},
  singles: ["else"],
  names: ["this", "features"],
};

const LITERAL: Syntax = { marks: [{ kind: "expression", open: "{{", close: "}}" }], stops: /\}\}|\{\{/g, blocks: {}, singles: [], names: [] };

export const SYNTAXES: Readonly<Record<Dialect, Syntax>> = {
  nunjucks: NUNJUCKS,
  literal: LITERAL,
  handlebars: HANDLEBARS,
  dotprompt: HANDLEBARS,
  copilot: { marks: [{ kind: "expression", open: "${", close: "}" }], stops: /\}|\$\{/g, blocks: {}, singles: [], names: ["selection", "file", "workspaceFolder"] },
};
