import { type TextDocumentContentChangeEvent, TextDocument } from "vscode-languageserver-textdocument";
import { URI } from "vscode-uri";

/** Texts as they are edited, by absolute path. Those that a person changed and nobody has read yet are dirty. */
export class OpenDocuments {
  private readonly documents = new Map<string, TextDocument>();
  private readonly dirty = new Set<string>();

  open(item: { uri: string; languageId: string; version: number; text: string }): void {
    const file = pathOf(item.uri);
    this.documents.set(file, TextDocument.create(item.uri, item.languageId, item.version, item.text));
    this.dirty.add(file);
  }

  change(uri: string, version: number, changes: readonly TextDocumentContentChangeEvent[]): void {
    const file = pathOf(uri);
    const document = this.documents.get(file);
    if (!document) return;
    TextDocument.update(document, [...changes], version);
    this.dirty.add(file);
  }

  close(uri: string): void {
    const file = pathOf(uri);
    this.documents.delete(file);
    this.dirty.add(file);
  }

  get(file: string): TextDocument | undefined {
    return this.documents.get(file);
  }

  files(): string[] {
    return [...this.documents.keys()];
  }

  /** Files whose texts are others than when this was last asked. */
  takeDirty(): string[] {
    const files = [...this.dirty];
    this.dirty.clear();
    return files;
  }
}

export function pathOf(uri: string): string {
  return URI.parse(uri).fsPath;
}
