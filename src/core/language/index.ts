import { dirname, resolve } from "node:path";
import picomatch from "picomatch";
import { relativePosix } from "../config/settings.ts";
import type { Snapshot } from "../config/snapshot.ts";
import { findSuites } from "../evals/suite/findSuites.ts";
import { readData } from "./dataText.ts";
import { regionsOf, type Region } from "./promptText.ts";
import { type Definition, readSuiteText, type Reference, type SuiteText } from "./suiteText.ts";

/** Prompt files that no suite names: by the conventions of tools that write them. */
const PROMPT_FILES = picomatch(["**/*.prompty", "**/*.prompt", "**/*.prompt.{md,json,txt,j2}", "**/*.system.md", "**/{prompts,prompt_templates}/**/*.{md,txt,j2,jinja,jinja2,hbs,mustache}", "**/{system,user}{_,-}prompt*.{md,txt}"], { dot: true });
const SUITE_FILES = picomatch("**/{promptfooconfig*.{yaml,yml,json},*.prompt.{yml,yaml}}", { dot: true });
/** Larger files are texts like any other: nothing in them is looked for. */
const MOST_CHARACTERS = 8_000_000;

/** A suite with the files that it names. */
export interface SuiteFiles {
  readonly file: string;
  readonly text: SuiteText;
  readonly prompts: readonly string[];
  readonly data: readonly string[];
}

/** A definition with the file that it stands in. */
export interface Defined extends Definition {
  readonly file: string;
}

/** What a suite knows of one variable. */
export interface Variable {
  readonly name: string;
  readonly defined: readonly Defined[];
  /** Cases that say nothing of it; 0 where that cannot be counted. */
  readonly missing: number;
  readonly cases: number;
}

/**
 * One model of variables over prompts, suites and their data. Texts that are edited go before what is on the disk;
 * each file is read once for each of its texts. All paths are absolute.
 */
export class LanguageIndex {
  private readonly snapshot: Snapshot;
  private readonly root: string;
  private readonly edited = new Map<string, string>();
  private readonly disk = new Map<string, string | undefined>();
  private readonly suites = new Map<string, SuiteFiles>();
  private readonly byFile = new Map<string, Set<string>>();
  private readonly prompts = new Map<string, { text: string; regions: readonly Region[] }>();
  private readonly data = new Map<string, { text: string; read: SuiteText }>();
  /** What was found out of each suite, with what it was found out from. */
  private readonly known = { variables: new Map<string, Remembered<Map<string, Variable>>>(), uses: new Map<string, Remembered<Set<string>>>() };

  constructor(snapshot: Snapshot, root: string) {
    this.snapshot = snapshot;
    this.root = root;
  }

  /** Finds the suites below the root, and reads what they name. */
  async load(): Promise<void> {
    const found = new Set(await findSuites(this.snapshot, this.root));
    for (const file of this.suites.keys()) if (!found.has(file)) this.forget(file);
    await Promise.all([...found].map((file) => this.readSuite(file)));
  }

  /** A file's text as it is edited; `undefined`: it is as on the disk again. */
  async edit(file: string, text: string | undefined): Promise<void> {
    if (text === undefined) this.edited.delete(file);
    else this.edited.set(file, text);
    if (isSuiteFile(file)) await this.readSuite(file);
  }

  /** The file is another on the disk, new, or gone. */
  async changed(file: string): Promise<void> {
    if (isSuiteFile(file) || this.disk.has(file)) this.disk.set(file, await this.snapshot.read(file).catch(() => undefined));
    if (isSuiteFile(file)) await this.readSuite(file);
  }

  allSuites(): SuiteFiles[] {
    return [...this.suites.values()];
  }

  suite(file: string): SuiteFiles | undefined {
    return this.suites.get(file);
  }

  /** The suites that a file is part of: of a suite, itself. */
  suitesOf(file: string): SuiteFiles[] {
    const own = this.suites.get(file);
    const using = [...(this.byFile.get(file) ?? [])].flatMap((suite) => this.suites.get(suite) ?? []);
    return own ? [own, ...using.filter((suite) => suite !== own)] : using;
  }

  isPrompt(file: string): boolean {
    return this.suitesOf(file).some(({ prompts }) => prompts.includes(file)) || PROMPT_FILES(file.replaceAll("\\", "/"));
  }

  isData(file: string): boolean {
    return this.suitesOf(file).some(({ data }) => data.includes(file));
  }

  text(file: string): string | undefined {
    return this.edited.get(file) ?? this.disk.get(file);
  }

  /** Every template in a file: of a prompt file, and of a suite. */
  regions(file: string): readonly (Region & { readonly isPrompt?: boolean })[] {
    const suite = this.suites.get(file);
    if (suite) return suite.text.regions;
    return this.isPrompt(file) ? this.promptRegions(file) : this.isData(file) ? (this.readData(file)?.regions ?? []) : [];
  }

  promptRegions(file: string): readonly Region[] {
    const text = this.text(file);
    if (text === undefined || text.length > MOST_CHARACTERS) return [];
    const known = this.prompts.get(file);
    if (known?.text === text) return known.regions;
    const regions = regionsOf(file, text);
    this.prompts.set(file, { text, regions });
    return regions;
  }

  /** What a suite, or a file of tests, says. */
  definitions(file: string): readonly Definition[] {
    return this.suites.get(file)?.text.variables ?? (this.isData(file) ? (this.readData(file)?.variables ?? []) : []);
  }

  /** The prompts of a suite: in files, and in the suite itself. */
  promptsOf(suite: SuiteFiles): { file: string; regions: readonly Region[] }[] {
    const inline = suite.text.regions.filter(({ isPrompt }) => isPrompt);
    return [...suite.prompts.map((file) => ({ file, regions: this.promptRegions(file) })), ...(inline.length > 0 ? [{ file: suite.file, regions: inline }] : [])];
  }

  /** The variables that a suite's tests give, by name. */
  variables(suite: SuiteFiles): Map<string, Variable> {
    const sources = [suite.text, ...suite.data.map((file) => this.readData(file))];
    return remembered(this.known.variables, suite.file, sources, () => this.findVariables(suite));
  }

  private findVariables(suite: SuiteFiles): Map<string, Variable> {
    const found = new Map<string, { defined: Defined[]; cases: Set<string>; every: boolean }>();
    let cases = 0;
    for (const file of [suite.file, ...suite.data]) {
      const read = file === suite.file ? suite.text : this.readData(file);
      if (!read) continue;
      cases += read.cases.length;
      for (const definition of read.variables) {
        let one = found.get(definition.name);
        if (!one) found.set(definition.name, (one = { defined: [], cases: new Set(), every: false }));
        one.defined.push({ ...definition, file });
        if (definition.case !== undefined) one.cases.add(`${file}\0${definition.case}`);
        if (definition.every) one.every = true;
      }
    }
    return new Map([...found].map(([name, one]) => [name, { name, defined: one.defined, cases, missing: one.every ? 0 : cases - one.cases.size }]));
  }

  isDynamic(suite: SuiteFiles): boolean {
    return suite.text.dynamic || suite.data.some((file) => this.readData(file)?.dynamic ?? true);
  }

  /** Whether a prompt, an assertion or another variable's value of one of the suites reads a variable. */
  usedBy(name: string, suites: readonly SuiteFiles[]): boolean {
    return suites.some((suite) => {
      const sources = [suite.text, ...suite.data.map((file) => this.readData(file)), ...suite.prompts.map((file) => this.promptRegions(file))];
      return remembered(this.known.uses, suite.file, sources, () => this.findUses(suite)).has(name);
    });
  }

  private findUses(suite: SuiteFiles): Set<string> {
    const read = [suite.text, ...suite.data.flatMap((file) => this.readData(file) ?? [])];
    const regions = [...read.flatMap((one) => one.regions), ...suite.prompts.flatMap((file) => this.promptRegions(file))];
    return new Set([...read.flatMap(({ usesInCode }) => [...usesInCode]), ...regions.flatMap(({ template }) => template.uses.map(({ name }) => name))]);
  }

  /** As people call a file: relative to the root, with `/`. */
  nameOf(file: string): string {
    return relativePosix(this.root, file);
  }

  /** The files that a reference of a suite leads to. */
  async filesOf(suite: string, { path }: Reference): Promise<string[]> {
    const folder = dirname(suite);
    return /[*?[\]{}]/.test(path) ? this.glob(path.replace(/^\.\//, ""), folder) : [resolve(folder, path)];
  }

  /** Files below a folder of the workspace, as a pattern finds them. */
  glob(pattern: string, folder: string): Promise<string[]> {
    return this.snapshot.glob(pattern, folder).catch(() => []);
  }

  private readData(file: string): SuiteText | undefined {
    const text = this.text(file);
    if (text === undefined || text.length > MOST_CHARACTERS * 8) return undefined;
    const known = this.data.get(file);
    if (known?.text === text) return known.read;
    const read = readData(file, text);
    this.data.set(file, { text, read });
    return read;
  }

  private async readSuite(file: string): Promise<void> {
    const text = this.edited.get(file) ?? (await this.onDisk(file));
    if (text === undefined) return this.forget(file);
    // What is half typed is no suite: the last that was one stands until it is again.
    const read = readSuiteText(file, text);
    if (!read) return;
    const [prompts, data] = await Promise.all([this.named(file, read, "prompt"), this.named(file, read, "tests")]);
    await Promise.all([...prompts, ...data].map((named) => this.onDisk(named)));
    this.forget(file);
    this.suites.set(file, { file, text: read, prompts, data });
    for (const named of [...prompts, ...data]) {
      const users = this.byFile.get(named);
      if (users) users.add(file);
      else this.byFile.set(named, new Set([file]));
    }
  }

  private async named(suite: string, { references }: SuiteText, kind: Reference["kind"]): Promise<string[]> {
    const files = await Promise.all(references.filter((reference) => reference.kind === kind).map((reference) => this.filesOf(suite, reference)));
    return [...new Set(files.flat())];
  }

  private forget(suite: string): void {
    const known = this.suites.get(suite);
    if (!known) return;
    this.suites.delete(suite);
    this.known.variables.delete(suite);
    this.known.uses.delete(suite);
    for (const file of [...known.prompts, ...known.data]) this.byFile.get(file)?.delete(suite);
  }

  private async onDisk(file: string): Promise<string | undefined> {
    if (!this.disk.has(file)) this.disk.set(file, await this.snapshot.read(file).catch(() => undefined));
    return this.disk.get(file);
  }
}

interface Remembered<T> {
  readonly sources: readonly unknown[];
  readonly value: T;
}

/** What was found before, as long as nothing that it was found from is another. */
function remembered<T>(known: Map<string, Remembered<T>>, key: string, sources: readonly unknown[], find: () => T): T {
  const last = known.get(key);
  if (last && last.sources.length === sources.length && last.sources.every((source, index) => source === sources[index])) return last.value;
  const value = find();
  known.set(key, { sources, value });
  return value;
}

export function isSuiteFile(file: string): boolean {
  return SUITE_FILES(file.replaceAll("\\", "/"));
}
