import { readFile, stat } from "node:fs/promises";
import { type Disposable, EventEmitter, type FileChangeEvent, FilePermission, FileSystemError, type FileStat, type FileSystemProvider, FileType, Uri, workspace } from "vscode";
import type { ArtifactPlace } from "../protocol/experiments.ts";
import type { Experiments } from "./experiments.ts";

const SCHEME = "llmops-artifact";

/** Artifacts of runs as read-only files, so that the editor's own viewers show them: `llmops-artifact:/RUN/path?folder`. */
export class Artifacts implements FileSystemProvider, Disposable {
  private readonly experiments: Experiments;
  private readonly registration: Disposable;
  readonly onDidChangeFile = new EventEmitter<FileChangeEvent[]>().event;

  constructor(experiments: Experiments) {
    this.experiments = experiments;
    this.registration = workspace.registerFileSystemProvider(SCHEME, this, { isReadonly: true, isCaseSensitive: true });
  }

  uri(folder: string, run: string, path: string): Uri {
    return Uri.from({ scheme: SCHEME, path: `/${run}/${path}`, query: folder });
  }

  async stat(uri: Uri): Promise<FileStat> {
    const { at } = await this.place(uri);
    const { size } = await stat((await this.place(uri)).file);
    return { type: FileType.File, ctime: at, mtime: at, size, permissions: FilePermission.Readonly };
  }

  async readFile(uri: Uri): Promise<Uint8Array> {
    return readFile((await this.place(uri)).file);
  }

  watch(): Disposable {
    return { dispose: () => {} };
  }

  readDirectory(uri: Uri): never {
    throw FileSystemError.FileNotFound(uri);
  }

  createDirectory(uri: Uri): never {
    throw FileSystemError.NoPermissions(uri);
  }

  writeFile(uri: Uri): never {
    throw FileSystemError.NoPermissions(uri);
  }

  delete(uri: Uri): never {
    throw FileSystemError.NoPermissions(uri);
  }

  rename(uri: Uri): never {
    throw FileSystemError.NoPermissions(uri);
  }

  dispose(): void {
    this.registration.dispose();
  }

  private async place(uri: Uri): Promise<ArtifactPlace> {
    const [, run = "", ...path] = uri.path.split("/");
    const place = await this.experiments.ask<ArtifactPlace | null>(uri.query, { kind: "artifact", run, path: path.join("/") });
    if (!place) throw FileSystemError.FileNotFound(uri);
    return place;
  }
}
