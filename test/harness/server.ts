import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onExit } from "./cleanup.ts";
import { installEditor } from "./editorInstall.ts";
import { forTests } from "./settings.ts";

export interface ServerOptions {
  /** User settings; those for tests by default. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Added to the environment of the server and of its extension hosts. */
  readonly env?: Readonly<Record<string, string>>;
  /** Folders of extensions to install, by symbolic link. */
  readonly extensions?: readonly string[];
  /** Packaged extensions (.vsix) to install, as a person does. */
  readonly packages?: readonly string[];
  /** Lets a window run an extension's own tests (`extensionTestsPath`). Suppresses toasts. */
  readonly testDriver?: boolean;
  /** Ask whether the workspace is trusted, as VS Code does by default. */
  readonly workspaceTrust?: boolean;
  /** 0 by default: any free one. */
  readonly port?: number;
  /** Go on when no window is open; by default the server ends five minutes after the last one. */
  readonly keepAlive?: boolean;
}

/** VS Code's server with throw-away user data. */
export class Server {
  readonly port: number;
  readonly dataFolder: string;
  /** Resolves when the server has ended. */
  readonly ended: Promise<void>;
  readonly #token: string;
  readonly #stop: () => void;

  constructor(child: ChildProcess, port: number, token: string, dataFolder: string, stop: () => void) {
    this.port = port;
    this.dataFolder = dataFolder;
    this.#token = token;
    this.#stop = stop;
    this.ended = new Promise((resolve) => child.once("exit", () => resolve()));
  }

  /** The address of a window on a folder. `payload` goes to the workbench, for example `["openFile", uri]`. */
  url(folder: string, payload: readonly (readonly [string, string])[] = []): string {
    const query = new URLSearchParams({ tkn: this.#token, folder, ...(payload.length > 0 && { payload: JSON.stringify(payload) }) });
    return `http://127.0.0.1:${this.port}/?${query}`;
  }

  /** How the window names a local file. */
  remoteUri(path: string): string {
    return `vscode-remote://127.0.0.1:${this.port}${path}`;
  }

  /** What the extension hosts and the server have logged so far. */
  logs(): string {
    const folder = join(this.dataFolder, "data/logs");
    if (!existsSync(folder)) return "";
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const paths = files.map((entry) => join(entry.parentPath, entry.name));
    return paths.map((path) => `--- ${path}\n${readFileSync(path, "utf8")}`).join("\n");
  }

  /** Ends the server with everything that it started, and removes its data. */
  async stop(): Promise<void> {
    this.#stop();
    await this.ended;
  }
}

/** Starts VS Code's server (installing it first if needed). It ends with this process at the latest. */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const editor = installEditor();
  const dataFolder = prepareData(options);
  for (const file of options.packages ?? []) execFileSync(editor.node, [editor.server, "--install-extension", file, "--server-data-dir", dataFolder, "--extensions-dir", join(dataFolder, "extensions")], { stdio: ["ignore", "ignore", "inherit"], timeout: 60_000 });
  const token = randomBytes(16).toString("hex");
  const child = spawn(editor.node, [editor.server, ...serverArguments(options, dataFolder, token)], {
    detached: true, // a process group of its own, so that its extension hosts end with it
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, TMPDIR: join(dataFolder, "tmp"), EXTENSIONS_GALLERY: '{"serviceUrl":""}', ...options.env },
  });
  const stop = onExit(() => {
    endGroup(child);
    rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  });
  try {
    return new Server(child, await listeningPort(child), token, dataFolder, stop);
  } catch (error) {
    stop();
    throw error;
  }
}

function prepareData({ settings = forTests, extensions = [], workspaceTrust }: ServerOptions): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "llmops-editor-")));
  for (const name of ["data/User", "extensions", "tmp"]) mkdirSync(join(folder, name), { recursive: true });
  const trust = workspaceTrust ? {} : { "security.workspace.trust.enabled": false };
  writeFileSync(join(folder, "data/User/settings.json"), JSON.stringify({ ...settings, ...trust }, null, 2));
  for (const extension of extensions) {
    const { publisher, name, version } = JSON.parse(readFileSync(join(extension, "package.json"), "utf8")) as Record<string, string>;
    symlinkSync(extension, join(folder, "extensions", `${publisher}.${name}-${version}`), "junction");
  }
  return folder;
}

function serverArguments({ testDriver, workspaceTrust, port = 0, keepAlive }: ServerOptions, dataFolder: string, token: string): string[] {
  return [
    ...["--host", "127.0.0.1", "--port", String(port), "--connection-token", token],
    ...["--server-data-dir", dataFolder, "--extensions-dir", join(dataFolder, "extensions")],
    ...["--accept-server-license-terms", "--telemetry-level", "off", "--reconnection-grace-time", "1"],
    ...(keepAlive ? [] : ["--enable-remote-auto-shutdown"]), // for when this process is killed and cannot stop it
    ...(testDriver ? ["--enable-smoke-test-driver"] : []),
    ...(workspaceTrust ? [] : ["--disable-workspace-trust"]),
  ];
}

/** Resolves with the port when the server says that it listens; rejects when it ends or says nothing for 30 s. */
function listeningPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = "";
    const fail = (reason: string): void => reject(new Error(`VS Code's server ${reason}.\n${output}`));
    const timer = setTimeout(() => fail("did not start within 30 s"), 30_000);
    const read = (chunk: Buffer): void => {
      output = (output + String(chunk)).slice(-10_000);
      const port = /agent listening on (\d+)/.exec(output)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(Number(port));
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("exit", (code) => {
      clearTimeout(timer);
      fail(`ended with exit code ${code}`);
    });
  });
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // it has ended by itself
  }
}
