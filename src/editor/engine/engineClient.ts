import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { LogOutputChannel } from "vscode";
import { CloseAction, ErrorAction, LanguageClient, type LanguageClientOptions, RevealOutputChannelOn } from "vscode-languageclient";
import { IPCMessageReader, IPCMessageWriter } from "vscode-languageclient/node";
import type { InitializationOptions } from "../../protocol/messages.ts";

export const LEVELS = ["error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof LEVELS)[number];

export interface EngineClientOptions {
  readonly output: LogOutputChannel;
  readonly level: () => LogLevel;
  readonly start: () => ChildProcess;
  readonly initializationOptions: () => InitializationOptions;
  readonly executeCommand: NonNullable<NonNullable<LanguageClientOptions["middleware"]>["executeCommand"]>;
  /** The connection is gone although nobody closed it. */
  readonly closed: () => void;
}

/**
 * One life of the connection to the engine. It speaks through the output channel only: the language
 * client's own notifications would pop up. It never restarts by itself; `Engine` does.
 */
export class EngineClient extends LanguageClient {
  private readonly level: () => LogLevel;

  constructor(options: EngineClientOptions) {
    const { output } = options;
    super("llmops", "LLMOps", () => Promise.resolve(transports(options.start(), output)), {
      // A prompt may be any file: the engine knows which are.
      documentSelector: [{ scheme: "file" }],
      outputChannel: output,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationOptions: options.initializationOptions,
      initializationFailedHandler: () => false,
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => {
          options.closed();
          return { action: CloseAction.DoNotRestart, handled: true };
        },
      },
      middleware: { executeCommand: options.executeCommand },
    });
    this.level = options.level;
  }

  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }

  override warn(message: string, data?: unknown): void {
    if (this.shows("warn")) super.warn(message, data, false);
  }

  override info(message: string, data?: unknown): void {
    if (this.shows("info")) super.info(message, data, false);
  }

  /** Written as information: what the output shows is decided by our setting alone. */
  override debug(message: string, data?: unknown): void {
    if (this.shows("debug")) super.info(message, data, false);
  }

  private shows(level: LogLevel): boolean {
    return LEVELS.indexOf(level) <= LEVELS.indexOf(this.level());
  }
}

function transports(child: ChildProcess, output: LogOutputChannel): { reader: IPCMessageReader; writer: IPCMessageWriter } {
  for (const stream of [child.stdout, child.stderr]) if (stream) createInterface({ input: stream }).on("line", (line) => output.error(line));
  return { reader: new IPCMessageReader(child), writer: new IPCMessageWriter(child) };
}
