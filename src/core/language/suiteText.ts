import type { YamlNode } from "../config/yamlTree.ts";
import { ofTree, region, type Region } from "./promptText.ts";
import type { Name } from "./template.ts";
import { child, entriesOf, insideOf, itemsOf, type Scalar, scalarsOf, textOf, treeOf } from "./yamlNodes.ts";

/** A name of a file in a suite, with the offsets of what is written. */
export interface Reference {
  readonly kind: "prompt" | "tests" | "other";
  /** Without `file://` and without a function's name. */
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

/** A variable where it gets a value: a key of `vars`, or a column. */
export interface Definition extends Name {
  /** The beginnings of its first values. */
  readonly values: readonly string[];
  /** Number of the case in this file; `undefined`: it is for more than one. */
  readonly case?: number;
  /** Every case has it. */
  readonly every?: boolean;
}

/** What a suite, or a file of its tests, says of variables; offsets are those of its text. */
export interface SuiteText {
  readonly references: readonly Reference[];
  /** Prompts that stand in it, and every other text with a template: what is expected of answers. */
  readonly regions: readonly (Region & { readonly isPrompt?: boolean })[];
  readonly variables: readonly Definition[];
  readonly cases: readonly { readonly start: number; readonly end: number }[];
  /** Variables may come from code or places that are not looked into: nothing is undefined or unused for certain. */
  readonly dynamic: boolean;
  readonly filters: readonly string[];
  /** Names in templates and code of assertions. */
  readonly usesInCode: ReadonlySet<string>;
  readonly metrics: readonly string[];
  readonly providers: readonly string[];
}

const VALUE_LENGTH = 80;
const PATH_EXTENSIONS = /\.(txt|md|j2|json|ya?ml|jsonl|csv|prompty|prompt)$/i;
const CODE = /\.(?:[cm]?[jt]s|py|rb)(?::\w+)?$/i;

/** Reads promptfoo's suite, or GitHub's `.prompt.yml`; `undefined` while it is half typed. */
export function readSuiteText(file: string, text: string): SuiteText | undefined {
  const tree = treeOf(text);
  if (tree?.kind !== "map") return undefined;
  return /\.prompt\.ya?ml$/i.test(file) ? readGithub(text, tree) : readPromptfoo(text, tree);
}

function readPromptfoo(text: string, tree: YamlNode): SuiteText {
  const reader = new Reader(text);
  reader.prompts(child(tree, "prompts"));
  for (const key of ["defaultTest", "tests", "scenarios"]) reader.tests(key, child(tree, key));
  reader.rest(tree);
  for (const { key, value } of entriesOf(child(tree, "nunjucksFilters"))) {
    reader.filters.push(key.text);
    reader.file(value, "other");
  }
  for (const node of itemsOf(child(tree, "providers") ?? child(tree, "targets"))) reader.providers.push(textOf(node) ?? textOf(child(node, "id")) ?? "");
  if (child(tree, "extensions") ?? child(tree, "$ref")) reader.dynamic = true;
  return reader.done();
}

function readGithub(text: string, tree: YamlNode): SuiteText {
  const reader = new Reader(text);
  reader.regions.push(...ofTree(text, child(tree, "messages"), "literal").map((found) => ({ ...found, isPrompt: true })));
  for (const test of itemsOf(child(tree, "testData"))) reader.test(test, entriesOf(test));
  for (const scalar of scalarsOf(child(tree, "evaluators"))) reader.expectation(scalar, "literal");
  const model = textOf(child(tree, "model"));
  if (model !== undefined) reader.providers.push(model);
  return reader.done();
}

/** Tests in a file of their own, or a single one. */
export function readTests(text: string, node: YamlNode | undefined): SuiteText {
  const reader = new Reader(text);
  reader.tests("tests", node);
  return reader.done();
}

class Reader {
  private readonly text: string;
  readonly references: Reference[] = [];
  readonly regions: (Region & { isPrompt?: boolean })[] = [];
  readonly filters: string[] = [];
  readonly providers: string[] = [];
  private readonly variables: Definition[] = [];
  private readonly cases: { start: number; end: number }[] = [];
  private readonly usesInCode = new Set<string>();
  private readonly metrics = new Set<string>();
  private readonly named = new Set<number>();
  dynamic = false;

  constructor(text: string) {
    this.text = text;
  }

  done(): SuiteText {
    const { references, regions, variables, cases, dynamic, filters, usesInCode, metrics, providers } = this;
    return { references, regions, variables, cases, dynamic, filters, usesInCode, metrics: [...metrics].filter(isSaid), providers: providers.filter(isSaid) };
  }

  prompts(node: YamlNode | undefined): void {
    if (node?.kind === "map" && !child(node, "id") && !child(node, "raw")) for (const { key } of entriesOf(node)) this.prompt(key);
    else for (const item of node?.kind === "scalar" ? [node] : itemsOf(node)) this.prompt(item.kind === "map" ? (child(item, "raw") ?? child(item, "id")) : item);
  }

  private prompt(node: YamlNode | undefined): void {
    if (node?.kind !== "scalar") return;
    const { text } = node;
    const isPath = !text.includes("\n") && (/^(file:\/\/|exec:)/.test(text) || (!/\s|\{\{/.test(text.trim()) && (PATH_EXTENSIONS.test(text) || CODE.test(text) || /[*/\\]/.test(text))));
    if (isPath) this.file(node, "prompt");
    else this.regions.push({ ...region(this.text, insideOf(this.text, node), "nunjucks"), isPrompt: true });
    if (isPath && (CODE.test(text) || text.startsWith("exec:"))) this.dynamic = true;
  }

  /** @param key `tests`, `defaultTest` or `scenarios`. */
  tests(key: string, node: YamlNode | undefined): void {
    if (!node) return;
    if (node.kind === "scalar") {
      if (node.text !== "") this.file(node, "tests");
      if (key === "defaultTest") this.dynamic = true;
      return;
    }
    if (key === "scenarios") {
      for (const scenario of itemsOf(node)) {
        for (const config of itemsOf(child(scenario, "config"))) this.test(config, entriesOf(child(config, "vars")), "shared");
        this.tests("tests", child(scenario, "tests"));
        if (scenario.kind === "scalar") this.dynamic = true;
      }
      return;
    }
    if (key === "defaultTest" || (node.kind === "map" && child(node, "vars"))) {
      this.test(node, entriesOf(child(node, "vars")), key === "defaultTest" ? "shared" : undefined);
      return;
    }
    if (node.kind === "map") return this.testsFile(child(node, "path"));
    for (const item of itemsOf(node)) {
      if (item.kind === "scalar") this.file(item, "tests");
      else if (child(item, "path") && !child(item, "vars")) this.testsFile(child(item, "path"));
      else this.test(item, entriesOf(child(item, "vars")));
    }
  }

  private testsFile(path: YamlNode | undefined): void {
    if (path?.kind === "scalar") this.file(path, "tests");
  }

  /** @param shared a default, or a scenario's: for more cases than one. */
  test(node: YamlNode, vars: readonly { key: Scalar; value: YamlNode }[], shared?: "shared"): void {
    const number = this.cases.length;
    if (!shared) this.cases.push({ start: node.start, end: node.end });
    for (const { key, value } of vars) {
      const place = insideOf(this.text, key);
      this.variables.push({ name: key.text, ...place, values: [preview(this.text, value)], ...(shared ? { every: true } : { case: number }) });
      for (const scalar of scalarsOf(value)) if (scalar.text.startsWith("file://")) this.file(scalar, "other");
    }
    if (child(node, "vars")?.kind === "scalar" || child(node, "$ref") || child(child(node, "vars"), "$ref")) this.dynamic = true;
    const options = child(node, "options");
    const stored = child(options, "storeOutputAs");
    if (stored?.kind === "scalar") this.variables.push({ name: stored.text, ...insideOf(this.text, stored), values: ["the output of this test"], every: true });
    if (child(options, "transformVars")) this.dynamic = true;
  }

  /** Templates and references that are neither prompts nor values of variables. */
  rest(tree: YamlNode): void {
    for (const { key, value } of entriesOf(tree)) {
      if (key.text === "prompts" || key.text === "env" || key.text === "nunjucksFilters") continue;
      const isCode = key.text === "providers" || key.text === "targets";
      for (const scalar of scalarsOf(value)) {
        if (!isCode) this.expectation(scalar, "nunjucks");
        if (scalar.text.startsWith("file://")) this.file(scalar, "other");
      }
      this.findMetrics(value);
    }
  }

  private findMetrics(node: YamlNode | undefined): void {
    for (const { key, value } of entriesOf(node)) {
      if (key.text === "metric" && value.kind === "scalar") this.metrics.add(value.text);
      else this.findMetrics(value);
    }
    for (const item of itemsOf(node)) this.findMetrics(item);
  }

  /** A text that answers are compared with: it may hold a template, or code that reads variables. */
  expectation(scalar: Scalar, dialect: "nunjucks" | "literal"): void {
    if (/\{[{%]/.test(scalar.text)) this.regions.push(region(this.text, insideOf(this.text, scalar), dialect));
    for (const [piece] of scalar.text.matchAll(/\bvars\b\??(?:\.\w+|\[[^\]]*\])/g)) for (const [name] of piece.matchAll(/\w+/g)) this.usesInCode.add(name);
    if (CODE.test(scalar.text) && scalar.text.startsWith("file://")) this.dynamic = true;
  }

  file(node: YamlNode | undefined, kind: Reference["kind"]): void {
    if (node?.kind !== "scalar" || this.named.has(node.start)) return;
    this.named.add(node.start);
    const path = node.text.replace(/^file:\/\//, "").replace(CODE, (code) => code.replace(/:\w+$/, ""));
    if (kind === "tests" && (CODE.test(node.text) || /^(https?:|huggingface:)/.test(path) || /\.xlsx?/i.test(path))) this.dynamic = true;
    if (!/^(https?:|exec:|huggingface:)/.test(path)) this.references.push({ kind, path, ...insideOf(this.text, node) });
  }
}

function isSaid(name: string): boolean {
  return name !== "";
}

function preview(text: string, node: YamlNode): string {
  const raw = node.kind === "scalar" ? node.text : text.slice(node.start, node.end);
  return raw.length > VALUE_LENGTH ? `${raw.slice(0, VALUE_LENGTH)}…` : raw;
}
