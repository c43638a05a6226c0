import { CodeActionKind, type Connection, type Diagnostic, type ServerCapabilities, type TextDocumentPositionParams } from "vscode-languageserver/node";
import type { Log } from "../../core/host.ts";
import { OpenDocuments, pathOf } from "./documents.ts";
import type { LanguageService } from "./service.ts";

export const LANGUAGE_CAPABILITIES: ServerCapabilities = {
  // Markdown has no suggestions of its own while one types: these marks ask for them.
  completionProvider: { triggerCharacters: ["{", "|", " "] },
  codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
};

/** Texts that an index may hold; of others changes on the disk mean nothing to it. */
export const LANGUAGE_FILES = "**/*.{txt,md,j2,json,jsonl,csv,yaml,yml,prompt,prompty}";

/** Registers what is answered about texts as they are typed; nothing of it is loaded before `begin`. */
export class LanguageFront {
  readonly documents = new OpenDocuments();
  private readonly log: Log;
  private loaded: Promise<{ service: LanguageService; addFolder: (folder: string) => void; changed: (files: readonly string[]) => void }> | undefined;

  constructor(connection: Connection, log: Log) {
    this.log = log;
    connection.onCompletion(async (at) => (await this.service())?.completion(at) ?? []);
  }

  /** Reads the suites and prompts of the open folders. */
  begin(folders: readonly string[], publish: (file: string, diagnostics: readonly Diagnostic[]) => void): void {
    this.loaded ??= this.load(publish);
    for (const folder of folders) this.addFolder(folder);
  }

  addFolder(folder: string): void {
    void this.loaded?.then(({ addFolder }) => addFolder(folder));
  }

  /** A text was opened, changed or closed. */
  touched(): void {
    void this.loaded?.then(({ service }) => service.later());
  }

  filesChanged(uris: readonly string[]): void {
    void this.loaded?.then(({ changed }) => changed(uris.map(pathOf)));
  }

  async hover(at: TextDocumentPositionParams) {
    return (await this.service())?.hover(at);
  }

  async dispose(): Promise<void> {
    (await this.loaded)?.service.dispose();
  }

  /** `undefined` as long as the workspace is not trusted. */
  async service(): Promise<LanguageService | undefined> {
    return (await this.loaded)?.service;
  }

  private async load(publish: (file: string, diagnostics: readonly Diagnostic[]) => void) {
    const [{ LanguageService }, { Indexes }] = await Promise.all([import("./service.ts"), import("./indexes.ts")]);
    const indexes = new Indexes(this.log);
    const service = new LanguageService({ documents: this.documents, indexes, publish });
    const then = (reading: Promise<unknown>) => void reading.then(() => service.look());
    return { service, addFolder: (folder: string) => then(indexes.add(folder)), changed: (files: readonly string[]) => then(indexes.changed(files)) };
  }
}
