import { dirname, isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { isInside } from "../../config/diskSnapshot.ts";
import { visibleEnv } from "../../config/visibleEnv.ts";
import { type Snapshot, SnapshotError } from "../../config/snapshot.ts";
import { parseYaml, type Path, type YamlDocument } from "../../config/yaml.ts";
import type { Location, Problem } from "../../problem.ts";
import type { SuiteCode } from "../suiteCode/pool.ts";

/** A node of a file that a suite is read from. */
export interface Place {
  readonly document: YamlDocument;
  readonly path: Path;
}

/** Of many tests and assertions most have no options, no configuration and no metadata: those share this. */
export const NONE: Record<string, never> = Object.freeze({});

export function at(place: Place, ...steps: (string | number)[]): Place {
  return { document: place.document, path: place.path.concat(steps) };
}

export function locationOf(place: Place, part: "value" | "key" = "value"): Location {
  return { file: place.document.file, range: place.document.locate(place.path, part) };
}

/** A place that is no node of a document: a row of a table, a line, a whole file. */
export function placeAt({ file, range }: Location): Place {
  return { document: { file, text: "", value: undefined, problems: [], locate: () => range }, path: [] };
}

export function folderOf(place: Place): string {
  return dirname(place.document.file);
}

/** What reading one suite needs and gathers: the snapshot, the files read, the mistakes found. */
export class SuiteSource {
  readonly root: string;
  /** The suite's own: every `file://` is relative to it, wherever it is written. */
  readonly folder: string;
  readonly files = new Map<string, string>();
  /** Those of the files that are code, or imported by it. */
  readonly scripts = new Set<string>();
  readonly problems: Problem[] = [];
  readonly snapshot: Snapshot;
  /** Runs code that the suite is made by; without it none runs. */
  readonly code: SuiteCode | undefined;
  /** What prompt files may see of the environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Hooks are going to see the tests as they are written. */
  keepsWritten = false;
  private readonly documents = new Map<string, YamlDocument>();

  constructor(snapshot: Snapshot, root: string, folder: string, env: Readonly<Record<string, string | undefined>>, code?: SuiteCode) {
    this.code = code;
    this.snapshot = snapshot;
    this.root = root;
    this.folder = folder;
    this.env = visibleEnv(env, {});
  }

  report(severity: Problem["severity"], code: string, message: string, place: Place | Location, part: "value" | "key" = "value"): void {
    const location = "document" in place ? locationOf(place, part) : place;
    this.problems.push({ severity, code, message, location });
  }

  /** What later versions bring: said at its place, since ignoring it would change verdicts. */
  notYet(what: string, place: Place, part: "value" | "key" = "key"): void {
    this.report("error", "not-yet", `${what} cannot be run yet. Take it out, or run this suite with promptfoo until a later version can.`, place, part);
  }

  /**
   * A referenced file's text. What cannot be read is a problem at the reference, and `undefined`.
   * @param reference as written, without `file://`.
   */
  async read(reference: string, place: Place, folder = this.folder): Promise<{ file: string; text: string } | undefined> {
    const file = absolute(reference, folder);
    if (!isInside(this.root, file)) {
      this.report("error", "outside-workspace", `${reference} is outside of the workspace ${this.root}. Files of a suite must be inside it.`, place);
      return undefined;
    }
    const known = this.files.get(file);
    if (known !== undefined) return { file, text: known };
    try {
      const text = await this.snapshot.read(file);
      if (text === undefined) {
        this.report("error", "missing-file", `There is no file ${reference} (looked for ${file}).`, place);
        return undefined;
      }
      this.files.set(file, text);
      return { file, text };
    } catch (error) {
      if (!(error instanceof SnapshotError)) throw error;
      this.report("error", `file-${error.reason}`, error.message, place);
      return undefined;
    }
  }

  /** Whether a reference names a file that may be read; says nothing if not. */
  async exists(reference: string): Promise<boolean> {
    const file = absolute(reference, this.folder);
    return isInside(this.root, file) && (await this.snapshot.read(file).catch(() => undefined)) !== undefined;
  }

  /** The first of these files (absolute paths) that there is; says nothing if none may be read. */
  async find(files: readonly string[]): Promise<{ file: string; text: string } | undefined> {
    for (const file of files) {
      if (!isInside(this.root, file)) continue;
      const text = this.files.get(file) ?? (await this.snapshot.read(file).catch(() => undefined));
      if (text === undefined) continue;
      this.files.set(file, text);
      return { file, text };
    }
    return undefined;
  }

  /** A referenced YAML or JSON file; each is parsed once. */
  async document(reference: string, place: Place, folder = this.folder): Promise<YamlDocument | undefined> {
    const read = await this.read(reference, place, folder);
    if (!read) return undefined;
    return this.parsed(read.file, read.text);
  }

  parsed(file: string, text: string): YamlDocument {
    let document = this.documents.get(file);
    if (!document) {
      document = parseYaml(file, text);
      this.documents.set(file, document);
      this.problems.push(...document.problems);
    }
    return document;
  }

  /** Files that a glob in a reference stands for. */
  glob(pattern: string, folder = this.folder): Promise<string[]> {
    return this.snapshot.glob(pattern.replaceAll("\\", "/").replace(/^\.\//, ""), folder);
  }
}

function absolute(reference: string, folder: string): string {
  const path = reference.startsWith("file:///") ? fileURLToPath(reference) : reference.replace(/^file:\/\//, "");
  return isAbsolute(path) ? path : resolve(folder, path);
}

export function isFileReference(value: unknown): value is string {
  return typeof value === "string" && value.startsWith("file://");
}

export function withoutScheme(reference: string): string {
  return reference.replace(/^file:\/\//, "");
}

export function isGlob(path: string): boolean {
  return /[*?[\]{}]/.test(path);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
