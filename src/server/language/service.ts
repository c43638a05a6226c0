import { type CompletionItem, CompletionItemKind, type Diagnostic, DiagnosticSeverity, DiagnosticTag, type Hover, InsertTextFormat, type TextDocumentPositionParams } from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { URI } from "vscode-uri";
import { type Proposal, proposalsAt } from "../../core/language/completion.ts";
import { describeAt } from "../../core/language/hover.ts";
import type { LanguageIndex } from "../../core/language/index.ts";
import { type Remark, remarksOn } from "../../core/language/problems.ts";
import { LANGUAGE_SOURCE } from "../diagnostics.ts";
import { type OpenDocuments, pathOf } from "./documents.ts";
import type { Indexes } from "./indexes.ts";

/** Diagnostics wait for this long a quiet after a keystroke, in milliseconds. */
const QUIET_MS = 150;

const SEVERITIES = { error: DiagnosticSeverity.Error, warning: DiagnosticSeverity.Warning, information: DiagnosticSeverity.Information, hint: DiagnosticSeverity.Hint };
const KINDS: Readonly<Record<Proposal["kind"], CompletionItemKind>> = {
  variable: CompletionItemKind.Variable,
  filter: CompletionItemKind.Function,
  keyword: CompletionItemKind.Keyword,
  type: CompletionItemKind.EnumMember,
  key: CompletionItemKind.Property,
  value: CompletionItemKind.Value,
  file: CompletionItemKind.File,
};

/** What a position in a file is, for those that answer about it. */
export interface Spot {
  readonly index: LanguageIndex;
  readonly file: string;
  readonly document: TextDocument;
  readonly offset: number;
}

/** Answers about prompts and suites as they are typed. */
export class LanguageService {
  private readonly documents: OpenDocuments;
  private readonly indexes: Indexes;
  private readonly publish: (file: string, diagnostics: readonly Diagnostic[]) => void;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: { documents: OpenDocuments; indexes: Indexes; publish: (file: string, diagnostics: readonly Diagnostic[]) => void }) {
    this.documents = options.documents;
    this.indexes = options.indexes;
    this.publish = options.publish;
  }

  /** Looks at the open files again when nothing has been typed for a moment. */
  later(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.look(), QUIET_MS);
  }

  async look(): Promise<void> {
    const gone = this.documents.takeDirty();
    await this.indexes.settle(gone, this.documents);
    for (const file of gone) if (!this.documents.get(file)) this.publish(file, []);
    for (const file of this.documents.files()) {
      const index = this.indexes.of(file);
      const document = this.documents.get(file);
      if (index && document) this.publish(file, remarksOn(index, file).map((remark) => diagnosticOf(remark, document)));
    }
  }

  async completion(at: TextDocumentPositionParams): Promise<CompletionItem[]> {
    const spot = await this.spot(at);
    if (!spot) return [];
    const { index, file, document, offset } = spot;
    return (await proposalsAt(index, file, offset)).map((proposal, number) => itemOf(proposal, document, number));
  }

  async hover(at: TextDocumentPositionParams): Promise<Hover | undefined> {
    const spot = await this.spot(at);
    const found = spot && describeAt(spot.index, spot.file, spot.offset);
    return found && { contents: { kind: "markdown", value: found.markdown }, range: { start: spot.document.positionAt(found.target.start), end: spot.document.positionAt(found.target.end) } };
  }

  /** `undefined` for a file that no open folder holds. */
  async spot({ textDocument, position }: TextDocumentPositionParams): Promise<Spot | undefined> {
    const file = pathOf(textDocument.uri);
    await this.indexes.settle(this.documents.takeDirty(), this.documents);
    const index = this.indexes.of(file);
    const document = this.document(file);
    return index && document && { index, file, document, offset: document.offsetAt(position) };
  }

  /** A file's text with its lines, whether it is open or not. */
  document(file: string): TextDocument | undefined {
    const open = this.documents.get(file);
    if (open) return open;
    const text = this.indexes.of(file)?.text(file);
    return text === undefined ? undefined : TextDocument.create(URI.file(file).toString(), "plaintext", 0, text);
  }

  dispose(): void {
    clearTimeout(this.timer);
  }
}

function diagnosticOf({ severity, code, message, start, end, replacement }: Remark, document: TextDocument): Diagnostic {
  return {
    severity: SEVERITIES[severity],
    range: { start: document.positionAt(start), end: document.positionAt(end) },
    source: LANGUAGE_SOURCE,
    code,
    message,
    ...(code === "unused-variable" ? { tags: [DiagnosticTag.Unnecessary] } : {}),
    ...(replacement === undefined ? {} : { data: { replacement } }),
  };
}

/** Every item carries its own edit: what a word is differs from language to language. */
function itemOf({ label, kind, insert, detail, start, end }: Proposal, document: TextDocument, number: number): CompletionItem {
  const range = { start: document.positionAt(start), end: document.positionAt(end) };
  return { label, kind: KINDS[kind], insertTextFormat: InsertTextFormat.PlainText, textEdit: { range, newText: insert }, filterText: document.getText(range).startsWith(" ") ? ` ${label}` : label, sortText: String(number).padStart(4, "0"), ...(detail === undefined ? {} : { detail }) };
}
