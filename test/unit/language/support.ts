import { join, resolve } from "node:path";
import picomatch from "picomatch";
import type { Snapshot } from "../../../src/core/config/snapshot.ts";
import { LanguageIndex } from "../../../src/core/language/index.ts";
import { type Proposal, proposalsAt } from "../../../src/core/language/completion.ts";
import { describeAt } from "../../../src/core/language/hover.ts";
import { type Remark, remarksOn } from "../../../src/core/language/problems.ts";

export const ROOT = resolve("/project");

export function path(name: string): string {
  return join(ROOT, name);
}

/** A workspace in memory, with its index. */
export class Project {
  readonly files: Map<string, string>;
  readonly index: LanguageIndex;

  private constructor(files: Readonly<Record<string, string>>) {
    this.files = new Map(Object.entries(files).map(([name, text]) => [path(name), text]));
    this.index = new LanguageIndex(snapshotOf(this.files), ROOT);
  }

  static async of(files: Readonly<Record<string, string>>): Promise<Project> {
    const project = new Project(files);
    await project.index.load();
    return project;
  }

  remarks(name: string): Remark[] {
    return remarksOn(this.index, path(name));
  }

  /** Codes with what each stands under. */
  codes(name: string): string[] {
    return this.remarks(name).map(({ code, start, end }) => `${code}: ${this.text(name).slice(start, end)}`);
  }

  /** The text is typed; `¦` is the cursor and no part of it. */
  async type(name: string, text: string): Promise<number> {
    const at = text.indexOf("¦");
    await this.index.edit(path(name), text.replace("¦", ""));
    return at;
  }

  async complete(name: string, text: string): Promise<Proposal[]> {
    return proposalsAt(this.index, path(name), await this.type(name, text));
  }

  hover(name: string, on: string): string | undefined {
    return describeAt(this.index, path(name), this.text(name).indexOf(on))?.markdown;
  }

  text(name: string): string {
    return this.index.text(path(name)) ?? "";
  }
}

/** A text as it is after a proposal is taken. */
export function taken(text: string, { start, end, insert }: Proposal): string {
  const plain = text.replace("¦", "");
  return plain.slice(0, start) + insert + plain.slice(end);
}

function snapshotOf(files: ReadonlyMap<string, string>): Snapshot {
  return {
    read: (file) => Promise.resolve(files.get(file)),
    glob: (pattern, cwd) => {
      const [, up = "", rest = ""] = /^((?:\.\.\/)*)(.*)$/.exec(pattern) as RegExpExecArray;
      const matches = picomatch(rest, { dot: true });
      const prefix = resolve(cwd, up).replaceAll("\\", "/").replace(/\/?$/, "/");
      return Promise.resolve([...files.keys()].filter((file) => file.replaceAll("\\", "/").startsWith(prefix) && matches(file.replaceAll("\\", "/").slice(prefix.length))).sort());
    },
  };
}
