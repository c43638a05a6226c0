import { type Definition, type DocumentLink, type DocumentSymbol, type FoldingRange, type InlayHint, type Location, type Range, ResponseError, SemanticTokensBuilder, type SemanticTokens, SymbolKind, type TextDocumentPositionParams, type WorkspaceEdit } from "vscode-languageserver/node";
import { URI } from "vscode-uri";
import { occurrencesOf } from "../../core/language/component.ts";
import { rename, renameable, RenameError } from "../../core/language/rename.ts";
import { coloursOf, sectionsOf, TOKEN_KINDS, messageTokens } from "../../core/language/structure.ts";
import { definitionsOf, type Place, targetAt } from "../../core/language/target.ts";
import type { LanguageService } from "./service.ts";

/** The protocol's code of a request that cannot be done as asked. */
const REQUEST_FAILED = -32803;
const SYMBOLS = { message: SymbolKind.String, block: SymbolKind.Namespace, variable: SymbolKind.Variable };

/** Where variables are given and read, over all the files that one is the same in. */
export class Navigation {
  private readonly service: LanguageService;

  constructor(service: LanguageService) {
    this.service = service;
  }

  async definition(at: TextDocumentPositionParams): Promise<Definition | null> {
    const spot = await this.service.spot(at);
    const target = spot && targetAt(spot.index, spot.file, spot.offset);
    if (!spot || !target || target.kind === "filter") return null;
    if (target.kind === "file") return (await spot.index.filesOf(spot.file, target.reference)).map((file) => ({ uri: URI.file(file).toString(), range: TOP }));
    return this.locations(definitionsOf(spot.index, spot.file, target.name));
  }

  async references(at: TextDocumentPositionParams, withDefinitions: boolean): Promise<Location[]> {
    const spot = await this.service.spot(at);
    const target = spot && targetAt(spot.index, spot.file, spot.offset);
    if (!spot || target?.kind !== "variable") return [];
    const { defined, used } = occurrencesOf(spot.index, spot.file, target.name);
    return this.locations([...(withDefinitions ? defined : []), ...used]);
  }

  async prepareRename(at: TextDocumentPositionParams): Promise<Range | null> {
    const spot = await this.service.spot(at);
    const place = spot && renameable(spot.index, spot.file, spot.offset);
    return place ? { start: spot.document.positionAt(place.start), end: spot.document.positionAt(place.end) } : null;
  }

  async rename(at: TextDocumentPositionParams, name: string): Promise<WorkspaceEdit | null> {
    const spot = await this.service.spot(at);
    if (!spot) return null;
    try {
      const changes: Record<string, { range: Range; newText: string }[]> = {};
      for (const { uri, range } of this.locations(rename(spot.index, spot.file, spot.offset, name))) (changes[uri] ??= []).push({ range, newText: name });
      return { changes };
    } catch (error) {
      if (!(error instanceof RenameError)) throw error;
      throw new ResponseError(REQUEST_FAILED, error.message);
    }
  }

  async links(uri: string): Promise<DocumentLink[]> {
    const spot = await this.top(uri);
    if (!spot) return [];
    const { index, file, document } = spot;
    const links = await Promise.all(
      (index.suite(file)?.text.references ?? []).map(async (reference) => {
        const [target, ...others] = await index.filesOf(file, reference);
        if (target === undefined || others.length > 0) return [];
        return [{ range: { start: document.positionAt(reference.start), end: document.positionAt(reference.end) }, target: URI.file(target).toString() }];
      }),
    );
    return links.flat();
  }

  async symbols(uri: string): Promise<DocumentSymbol[]> {
    const spot = await this.top(uri);
    if (!spot) return [];
    return sectionsOf(spot.index, spot.file).map(({ name, kind, start, end }) => {
      const range = { start: spot.document.positionAt(start), end: spot.document.positionAt(end) };
      return { name, kind: SYMBOLS[kind], range, selectionRange: { start: range.start, end: range.start } };
    });
  }

  async folding(uri: string): Promise<FoldingRange[]> {
    const spot = await this.top(uri);
    if (!spot) return [];
    return sectionsOf(spot.index, spot.file).flatMap(({ start, end }) => {
      const [startLine, endLine] = [spot.document.positionAt(start).line, spot.document.positionAt(end).line];
      return endLine > startLine ? [{ startLine, endLine }] : [];
    });
  }

  /** About how many tokens each message has, at its beginning. */
  async tokenHints(uri: string): Promise<InlayHint[]> {
    const spot = await this.top(uri);
    if (!spot) return [];
    return messageTokens(spot.index, spot.file).map(({ start, tokens }) => ({ position: spot.document.positionAt(start), label: `≈ ${tokens} tokens`, paddingRight: true, tooltip: "Characters by 4, ± 25 %, before variables are filled in." }));
  }

  async colours(uri: string): Promise<SemanticTokens> {
    const builder = new SemanticTokensBuilder();
    const spot = await this.top(uri);
    if (!spot) return builder.build();
    for (const { kind, start, end } of coloursOf(spot.index, spot.file)) {
      const [from, to] = [spot.document.positionAt(start), spot.document.positionAt(end)];
      // A token stands on one line; only comments have more.
      if (from.line === to.line) builder.push(from.line, from.character, to.character - from.character, TOKEN_KINDS.indexOf(kind), 0);
    }
    return builder.build();
  }

  private top(uri: string) {
    return this.service.spot({ textDocument: { uri }, position: TOP.start });
  }

  private locations(places: readonly Place[]): Location[] {
    return places.flatMap(({ file, start, end }) => {
      const document = this.service.document(file);
      return document ? [{ uri: URI.file(file).toString(), range: { start: document.positionAt(start), end: document.positionAt(end) } }] : [];
    });
  }
}

const TOP: Range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
