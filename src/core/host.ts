import type { Readable } from "node:stream";

/**
 * What the engine needs from the outside world. The core reads no process globals: a front passes a
 * `Host` in, so that a test can replace the clock, the network or the secrets.
 */
export interface Host {
  readonly clock: Clock;
  readonly http: Http;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly secrets: Secrets;
  readonly processes: Processes;
  readonly commands: Commands;
  readonly jobs: DetachedJobs;
  readonly log: Log;
  readonly platform: NodeJS.Platform;
  /** This process, as runs are signed with it: a crash is told from a run that still goes on. */
  readonly identity: { readonly pid: number; readonly machine: string };
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds on a clock that never jumps; only differences mean anything. */
  monotonic(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** In its place, what is no text. */
  readonly bytes?: Uint8Array;
  /** In its place, what is read as it is sent. */
  readonly stream?: BodyStream;
  /** Of HTTPS. Requests with the same object share their connections. */
  readonly tls?: TlsOptions;
  /** Milliseconds for the whole exchange. */
  readonly timeoutMs: number;
  /** Bytes of body after which the answer is refused. */
  readonly maxBytes: number;
  /** Each part of the body as it comes, and milliseconds since the request was sent. */
  readonly onData?: (part: Uint8Array, ms: number) => void;
  readonly signal?: AbortSignal;
}

/** A body that is sent as it is read: a file of any size. */
export interface BodyStream {
  readonly bytes: number;
  open(): Readable;
}

/** How a server and this client are known to each other; names and meanings of Node's `tls.connect`. */
export interface TlsOptions {
  readonly ca?: string | Buffer | readonly string[];
  readonly cert?: string | Buffer | readonly string[];
  readonly key?: string | Buffer | readonly string[];
  readonly pfx?: Buffer;
  readonly passphrase?: string;
  readonly rejectUnauthorized?: boolean;
  readonly servername?: string;
  readonly ciphers?: string;
  readonly secureProtocol?: string;
  readonly minVersion?: "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";
  readonly maxVersion?: "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";
}

export interface HttpResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Milliseconds from the request's first byte to the answer's last. */
  readonly latencyMs: number;
}

export interface Http {
  /**
   * One exchange over a pooled keep-alive connection; any status is an answer.
   * @throws {HttpError} when there is no whole answer.
   */
  send(request: HttpRequest): Promise<HttpResponse>;
  close(): void;
}

export type HttpErrorReason = "aborted" | "timeout" | "unreachable" | "cut" | "too-large" | "invalid-url";

export class HttpError extends Error {
  readonly reason: HttpErrorReason;
  constructor(reason: HttpErrorReason, message: string) {
    super(message);
    this.name = "HttpError";
    this.reason = reason;
  }
}

/**
 * In the place of an origin, for a secret that a pipeline's command is given. No address limits where a
 * command sends it: what is agreed to is the definition that names both.
 */
export const COMMANDS = "commands:";

export interface Secrets {
  /**
   * The secret's value if a person released it to this origin (`https://host:port`).
   * `missing`: nobody has set it. `refused`: it is set, but not approved for this origin.
   */
  get(name: string, origin: string): Promise<{ value: string } | "missing" | "refused">;
  /** Whether a value of that name, wherever it comes from, may go to this origin. */
  mayRelease(name: string, origin: string): Promise<boolean>;
}

export interface Processes {
  /** Runs a program without a shell; kills it at the time-out. */
  run(file: string, args: readonly string[], options: RunOptions): Promise<{ code: number | null; stdout: Buffer; stderr: string; timedOut: boolean }>;
  /** Starts a program that is talked to in JSON, a line each way, until it is killed with all that it started. */
  talk(file: string, args: readonly string[], options: Pick<RunOptions, "cwd" | "env" | "findPrograms">): ChildChannel;
  /** Forks this bundle's own entry in a mode of its own; see `engine/main.ts`. `env`: all of its environment. */
  fork(mode: "suite-code", options: { cwd: string; maxOldSpaceMb: number; env?: Readonly<Record<string, string>> }): ChildChannel;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env: Record<string, string>;
  /** Adds what this machine finds programs by, and nothing else of its environment. */
  readonly findPrograms?: boolean;
  /** Kills what it started with it, also when it has ended by itself. */
  readonly wholeTree?: boolean;
  /** For its standard input, which is closed without one. */
  readonly input?: string;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly signal?: AbortSignal;
}

/** A process that is talked to: a forked one in structured-cloned messages, another program in JSON. */
export interface ChildChannel {
  readonly pid: number | undefined;
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, when the process has ended for whatever reason. */
  onExit(listener: (reason: string) => void): void;
  /** SIGKILL: a runaway script does not listen. */
  kill(): void;
}

/** Command lines of a pipeline's steps, each with all the processes that it starts. */
export interface Commands {
  /**
   * Starts a command line in the shell that the platform's users expect (`sh`, `cmd.exe`), as the leader of
   * a process group. All of the group ends with the command, and with this process, however that ends
   * (not on Windows, where nothing watches).
   * @throws when it cannot be started at all; a program that is not found is the shell's exit code 127.
   */
  start(command: string, options: CommandOptions): Promise<RunningCommand>;
  /** Ends what a command left running whose starter is gone, however far it got. */
  endLeftover(leftover: { readonly marker: string; readonly process: CommandIdentity | undefined }): Promise<void>;
}

export interface CommandOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** In the environment of all that it starts, as `LLMOPS_STEP`: by it they are found. */
  readonly marker: string;
  /** What it writes, in the order in which it writes it (on Windows, in that in which it arrives). */
  readonly onOutput: (chunk: Buffer) => void;
}

/** What tells a process from a later one with the same id; where the platform does not say, it is left out. */
export interface CommandIdentity {
  readonly pid: number;
  readonly start: string | undefined;
  readonly boot: string | undefined;
}

export interface RunningCommand {
  readonly identity: CommandIdentity;
  /** When it has ended and all of its output has arrived. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  /** Asks it to end, and after 3 s does not ask any more; resolves when nothing of it is left. */
  stop(): Promise<void>;
}

/** Command lines that outlive this process: each has a folder, which says what became of it. */
export interface DetachedJobs {
  /**
   * Starts the job of a folder. Of several that do, for whatever reason, one starts it; a job that was started
   * once is never started again. What it writes is in the folder's `output.log`.
   */
  start(folder: string, job: { readonly command: string; readonly cwd: string; readonly env: Readonly<Record<string, string>> }): Promise<void>;
  look(folder: string): Promise<DetachedState>;
  /** Ends it with all that it started. */
  stop(folder: string): Promise<void>;
}

/** `absent`: it was never started; `lost`: it is gone, and nothing says how it ended. */
export type DetachedState = { readonly state: "absent" | "running" | "lost" } | { readonly state: "ended"; readonly code: number | null; readonly signal: string | null };

export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}
