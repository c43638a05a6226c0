import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What the sandbox keeps: a folder of files, each written whole or not at all, that other processes may read and write as well. */
export class Disk {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  write(content: string | Uint8Array, ...parts: string[]): void {
    const file = this.path(...parts);
    const temporary = `${file}.${randomBytes(4).toString("hex")}.tmp`;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(temporary, content);
    renameSync(temporary, file);
  }

  read(...parts: string[]): Buffer | undefined {
    try {
      return readFileSync(this.path(...parts));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  json<T>(...parts: string[]): T | undefined {
    const content = this.read(...parts);
    return content && (JSON.parse(content.toString("utf8")) as T);
  }

  /** Names in a folder that end so, without the ending. */
  names(folder: string, ending: string): string[] {
    try {
      return readdirSync(this.path(folder)).filter((name) => name.endsWith(ending)).map((name) => name.slice(0, -ending.length));
    } catch {
      return [];
    }
  }
}

/** Of what is stored as `NAME.json`: ids come from requests, and are names of files here. */
export function isId(id: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(id);
}
