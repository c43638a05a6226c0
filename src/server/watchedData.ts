import { type Connection, DidChangeWatchedFilesNotification } from "vscode-languageserver/node";

/** Files of data that the editor watches for us, by folder: it does so recursively, on every platform, without what is excluded. */
export class WatchedData {
  private readonly connection: Connection;
  private readonly watched = new Map<string, { globs: readonly string[]; end: { dispose(): void } }>();

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** @param globs instead of those of the folder (absolute path) before. */
  async watch(folder: string, globs: readonly string[]): Promise<void> {
    const known = this.watched.get(folder);
    if (known?.globs.join("\n") === globs.join("\n")) return;
    known?.end.dispose();
    this.watched.delete(folder);
    if (globs.length === 0) return;
    const end = await this.connection.client.register(DidChangeWatchedFilesNotification.type, { watchers: globs.map((globPattern) => ({ globPattern })) });
    this.watched.set(folder, { globs, end });
  }

  /** @param glob only those where this is watched. */
  folders(glob?: string): string[] {
    return [...this.watched].filter(([, { globs }]) => glob === undefined || globs.includes(glob)).map(([folder]) => folder);
  }

  dispose(): void {
    for (const { end } of this.watched.values()) end.dispose();
  }
}
