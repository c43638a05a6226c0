import type { Connection, Diagnostic, Range } from "vscode-languageserver/node";
import { URI } from "vscode-uri";
import { FromEngine } from "../protocol/messages.ts";
import { afterEdit, type ByFile, diagnosticsOf, merged } from "./diagnostics.ts";
import type { Session } from "./session.ts";
import { statusOf } from "./status.ts";
import type { SuiteEntry } from "./suiteBoard.ts";

/** Progress is told at most this often, in milliseconds; everything else at once. */
const PROGRESS_MS = 150;

/** Keeps the editor's views of the session up to date: diagnostics, lenses, status. */
export class Publisher {
  private readonly connection: Connection;
  private readonly session: Session;
  private readonly codeLensRefresh: boolean;
  /** Per suite: what its diagnostics were made of, and they themselves. */
  private readonly suites = new Map<string, { made: SuiteEntry; diagnostics: ByFile }>();
  /** Mistakes in prompts and suites as they are typed, by file. */
  private readonly typed: ByFile = new Map();
  /** What was found in training data, by file. */
  private readonly data: ByFile = new Map();
  private published: ByFile = new Map();
  private running = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(connection: Connection, session: Session, options: { codeLensRefresh: boolean }) {
    this.connection = connection;
    this.session = session;
    this.codeLensRefresh = options.codeLensRefresh;
    session.board.onChange(() => this.changed());
  }

  /** A person typed: what touches these lines says nothing any more, what stands below moves. */
  edited(file: string, range: Range, text: string): void {
    const added = text.split(/\r\n|\n|\r/).length - 1 - (range.end.line - range.start.line);
    for (const { diagnostics } of this.suites.values()) {
      const here = diagnostics.get(file);
      if (here) diagnostics.set(file, afterEdit(here, range, added));
    }
    for (const found of [this.typed, this.data]) {
      const here = found.get(file);
      if (here) found.set(file, afterEdit(here, range, added));
    }
    this.publish();
  }

  /** What is wrong in a file as it is typed, beside the verdicts. */
  setTyped(file: string, diagnostics: readonly Diagnostic[]): void {
    if (diagnostics.length === 0) this.typed.delete(file);
    else this.typed.set(file, [...diagnostics]);
    this.publish();
  }

  /** What was found in a file of training data. */
  setData(file: string, diagnostics: readonly Diagnostic[]): void {
    if (diagnostics.length === 0) this.data.delete(file);
    else this.data.set(file, [...diagnostics]);
    this.publish();
  }

  private changed(): void {
    const entries = this.session.board.all();
    for (const entry of entries) {
      // While a suite runs its last verdict stays: a squiggle that flickers on each save helps nobody.
      if (entry.state.kind === "running") continue;
      const known = this.suites.get(entry.suite.file)?.made;
      if (known?.suite === entry.suite && known.state === entry.state && known.blame === entry.blame) continue;
      this.suites.set(entry.suite.file, { made: entry, diagnostics: diagnosticsOf(entry, Date.now()) });
    }
    const present = new Set(entries.map(({ suite }) => suite.file));
    for (const file of this.suites.keys()) if (!present.has(file)) this.suites.delete(file);
    this.publish();

    const running = entries.filter(({ state }) => state.kind === "running").length;
    if (running > 0 && running === this.running) this.timer ??= setTimeout(() => this.tell(), PROGRESS_MS);
    else this.tell();
    this.running = running;
  }

  private tell(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    void this.connection.sendNotification(FromEngine.status, statusOf(this.session));
    if (this.codeLensRefresh) void this.connection.sendRequest("workspace/codeLens/refresh").catch(() => {});
  }

  /** Sends what differs from what the editor has, each file's list as a whole. */
  private publish(): void {
    const judged = [...this.suites.values()].map(({ diagnostics }) => new Map([...diagnostics].map(([file, list]) => [file, list.filter((one) => !this.isTold(file, one))])));
    const next: ByFile = this.session.settings.diagnostics ? merged([...judged, this.typed, this.data]) : new Map<string, Diagnostic[]>();
    for (const file of new Set([...this.published.keys(), ...next.keys()])) {
      const diagnostics = next.get(file) ?? [];
      if (JSON.stringify(diagnostics) === JSON.stringify(this.published.get(file) ?? [])) continue;
      void this.connection.sendDiagnostics({ uri: URI.file(file).toString(), diagnostics });
    }
    this.published = next;
  }

  /** A template's mistake that was found when the suite was read, and again as it was typed. */
  private isTold(file: string, { code, range }: Diagnostic): boolean {
    if (code !== "template-open" && code !== "template-syntax") return false;
    return this.typed.get(file)?.some((one) => one.range.start.line === range.start.line) ?? false;
  }
}
