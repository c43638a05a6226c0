import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { URI } from "vscode-uri";
import { type CodeLens, createMessageConnection, type Diagnostic, type MessageConnection, StreamMessageReader, StreamMessageWriter } from "vscode-languageserver/node";
import { ENGINE, ENV } from "../engine.ts";

/** A language client of the least kind: any editor could be it. */
export class TestClient {
  readonly connection: MessageConnection;
  readonly diagnostics = new Map<string, Diagnostic[]>();
  /** Every list of diagnostics that was published, in order. */
  readonly published: { file: string; diagnostics: Diagnostic[] }[] = [];
  readonly statuses: unknown[] = [];
  readonly process: ChildProcess;
  private readonly waiting: (() => void)[] = [];

  private constructor(child: ChildProcess) {
    this.process = child;
    this.connection = createMessageConnection(new StreamMessageReader(child.stdout!), new StreamMessageWriter(child.stdin!));
    this.connection.onNotification("textDocument/publishDiagnostics", ({ uri, diagnostics }: { uri: string; diagnostics: Diagnostic[] }) => {
      const file = URI.parse(uri).fsPath;
      this.diagnostics.set(file, diagnostics);
      this.published.push({ file, diagnostics });
      this.wake();
    });
    this.connection.onNotification("llmops/status", (status: unknown) => {
      this.statuses.push(status);
      this.wake();
    });
    this.connection.onRequest("workspace/codeLens/refresh", () => null);
    this.connection.onRequest("client/registerCapability", () => null);
    this.connection.onRequest("llmops/secret", () => ({ missing: true }));
    this.connection.listen();
  }

  static async start(folder: string, options: object = {}): Promise<TestClient> {
    if (!existsSync(ENGINE)) throw new Error(`${ENGINE} is missing: run "npm run build" first.`);
    const child = spawn(process.execPath, [ENGINE, "lsp", "--stdio"], { stdio: ["pipe", "pipe", "inherit"], env: ENV });
    const client = new TestClient(child);
    await client.connection.sendRequest("initialize", {
      processId: null,
      rootUri: null,
      workspaceFolders: [{ uri: URI.file(folder).toString(), name: "test" }],
      capabilities: { workspace: { codeLens: { refreshSupport: true } } },
      initializationOptions: { trusted: true, ...options },
    });
    await client.connection.sendNotification("initialized", {});
    return client;
  }

  open(file: string, text: string): Promise<void> {
    return this.connection.sendNotification("textDocument/didOpen", { textDocument: { uri: URI.file(file).toString(), languageId: "plaintext", version: 1, text } });
  }

  save(file: string): Promise<void> {
    return this.connection.sendNotification("textDocument/didSave", { textDocument: { uri: URI.file(file).toString() } });
  }

  edit(file: string, start: [number, number], end: [number, number], text: string): Promise<void> {
    const range = { start: { line: start[0], character: start[1] }, end: { line: end[0], character: end[1] } };
    return this.connection.sendNotification("textDocument/didChange", { textDocument: { uri: URI.file(file).toString(), version: 2 }, contentChanges: [{ range, text }] });
  }

  lenses(file: string): Promise<CodeLens[]> {
    return this.connection.sendRequest("textDocument/codeLens", { textDocument: { uri: URI.file(file).toString() } });
  }

  /** The Markdown of a hover on a line's first character; empty where there is none. */
  async hover(file: string, line: number): Promise<string> {
    const hover: { contents: { value: string } } | null = await this.connection.sendRequest("textDocument/hover", { textDocument: { uri: URI.file(file).toString() }, position: { line, character: 0 } });
    return hover?.contents.value ?? "";
  }

  /** Waits until something holds; looks after each message of the server. */
  async until<T>(what: string, look: () => T | undefined | false, ms = 15_000): Promise<T> {
    const deadline = Date.now() + ms;
    for (;;) {
      const found = look();
      if (found !== undefined && found !== false) return found;
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`Waited ${ms / 1000} s for ${what}. Statuses: ${JSON.stringify(this.statuses.at(-1))}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.process.once("exit", resolve));
    await this.connection.sendRequest("shutdown").catch(() => {});
    await this.connection.sendNotification("exit").catch(() => {});
    const timer = setTimeout(() => this.process.kill("SIGKILL"), 3000);
    await gone;
    clearTimeout(timer);
    this.connection.dispose();
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
