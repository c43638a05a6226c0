import { diskSnapshot, isInside } from "../../core/config/diskSnapshot.ts";
import { findGitRoot, findRoot } from "../../core/config/root.ts";
import type { Log } from "../../core/host.ts";
import { LanguageIndex } from "../../core/language/index.ts";
import { exists } from "../../engine/exists.ts";
import type { OpenDocuments } from "./documents.ts";

/** The indexes of the open folders, each over the root that the folder belongs to. */
export class Indexes {
  private readonly byRoot = new Map<string, LanguageIndex>();
  private readonly log: Log;
  /** What is being read: answers wait for it. */
  private pending: Promise<unknown> = Promise.resolve();

  constructor(log: Log) {
    this.log = log;
  }

  /** Reads the suites of a folder. */
  add(folder: string): Promise<unknown> {
    return this.then(async () => {
      const { folder: root } = await findRoot(folder, { exists, gitRoot: (path) => findGitRoot(path, exists) });
      if (this.byRoot.has(root)) return;
      const index = new LanguageIndex(diskSnapshot(root), root);
      await index.load();
      this.byRoot.set(root, index);
    });
  }

  /** Files that came, went or changed outside of the editor. */
  changed(files: readonly string[]): Promise<unknown> {
    return this.then(() => Promise.all(files.map((file) => this.of(file)?.changed(file))));
  }

  /** Takes over what was typed, and waits for what is being read. */
  settle(dirty: readonly string[], documents: OpenDocuments): Promise<unknown> {
    if (dirty.length === 0) return this.pending;
    return this.then(() => Promise.all(dirty.map((file) => this.of(file)?.edit(file, documents.get(file)?.getText()))));
  }

  /** The index of the nearest root that holds a file. */
  of(file: string): LanguageIndex | undefined {
    const roots = [...this.byRoot.keys()].filter((root) => isInside(root, file));
    return this.byRoot.get(roots.sort((a, b) => b.length - a.length)[0] ?? "");
  }

  private then(action: () => Promise<unknown>): Promise<unknown> {
    this.pending = this.pending.then(action).catch((error: unknown) => this.log.error(`Prompts and suites cannot be read: ${error instanceof Error ? error.message : String(error)}`));
    return this.pending;
  }
}
