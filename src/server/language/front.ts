import { CodeActionKind, type Connection, type Diagnostic, type ServerCapabilities, type TextDocumentPositionParams } from "vscode-languageserver/node";
import type { Log } from "../../core/host.ts";
import { OpenDocuments, pathOf } from "./documents.ts";
import type { Navigation } from "./navigation.ts";
import type { LanguageService } from "./service.ts";

export const LANGUAGE_CAPABILITIES: ServerCapabilities = {
  // Markdown has no suggestions of its own while one types: these marks ask for them.
  completionProvider: { triggerCharacters: ["{", "|", " "] },
  codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
  definitionProvider: true,
  referencesProvider: true,
  renameProvider: { prepareProvider: true },
  documentLinkProvider: {},
  documentSymbolProvider: true,
  foldingRangeProvider: true,
  inlayHintProvider: true,
  // The names of TOKEN_KINDS in core/language/structure.ts, which is not loaded yet.
  semanticTokensProvider: { legend: { tokenTypes: ["variable", "function", "keyword", "string", "number", "comment", "operator"], tokenModifiers: [] }, full: true },
};

/** Texts that an index may hold; of others changes on the disk mean nothing to it. */
export const LANGUAGE_FILES = "**/*.{txt,md,j2,json,jsonl,csv,yaml,yml,prompt,prompty}";

/** Registers what is answered about texts as they are typed; nothing of it is loaded before `begin`. */
export class LanguageFront {
  readonly documents = new OpenDocuments();
  private readonly log: Log;
  private loaded: Promise<{ service: LanguageService; navigation: Navigation; addFolder: (folder: string) => void; changed: (files: readonly string[]) => void }> | undefined;

  /** @param showsTokens whether a person wants to see how many tokens messages have. */
  constructor(connection: Connection, log: Log, showsTokens: () => boolean) {
    this.log = log;
    connection.onCompletion(async (at) => (await this.loaded)?.service.completion(at) ?? []);
    connection.onDefinition(async (at) => (await this.loaded)?.navigation.definition(at) ?? null);
    connection.onReferences(async (at) => (await this.loaded)?.navigation.references(at, at.context.includeDeclaration) ?? []);
    connection.onPrepareRename(async (at) => (await this.loaded)?.navigation.prepareRename(at) ?? null);
    connection.onRenameRequest(async (at) => (await this.loaded)?.navigation.rename(at, at.newName) ?? null);
    connection.onDocumentLinks(async ({ textDocument }) => (await this.loaded)?.navigation.links(textDocument.uri) ?? []);
    connection.onDocumentSymbol(async ({ textDocument }) => (await this.loaded)?.navigation.symbols(textDocument.uri) ?? []);
    connection.onFoldingRanges(async ({ textDocument }) => (await this.loaded)?.navigation.folding(textDocument.uri) ?? []);
    connection.languages.inlayHint.on(async ({ textDocument }) => (showsTokens() ? ((await this.loaded)?.navigation.tokenHints(textDocument.uri) ?? []) : []));
    connection.languages.semanticTokens.on(async ({ textDocument }) => (await this.loaded)?.navigation.colours(textDocument.uri) ?? { data: [] });
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
    return (await this.loaded)?.service.hover(at);
  }

  async dispose(): Promise<void> {
    (await this.loaded)?.service.dispose();
  }

  private async load(publish: (file: string, diagnostics: readonly Diagnostic[]) => void) {
    const [{ LanguageService }, { Indexes }, { Navigation }] = await Promise.all([import("./service.ts"), import("./indexes.ts"), import("./navigation.ts")]);
    const indexes = new Indexes(this.log);
    const service = new LanguageService({ documents: this.documents, indexes, publish });
    const then = (reading: Promise<unknown>) => void reading.then(() => service.look());
    return { service, navigation: new Navigation(service), addFolder: (folder: string) => then(indexes.add(folder)), changed: (files: readonly string[]) => then(indexes.changed(files)) };
  }
}
