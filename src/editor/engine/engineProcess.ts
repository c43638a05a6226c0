import { type ChildProcess, fork } from "node:child_process";
import { homedir } from "node:os";
import { workspace } from "vscode";
import { engineEnvironment } from "./environment.ts";

/** How long an engine that was told to end may take, in milliseconds. */
const GRACE_MS = 3000;

/**
 * Starts `dist/engine.js` as a language server. We fork it ourselves, because the language client would
 * name its own process id to it, which the server then polls; it ends when the channel closes.
 *
 * @param nodePath `undefined`: the editor's own Node.
 */
export function startEngineProcess(entry: string, nodePath: string | undefined): ChildProcess {
  const http = workspace.getConfiguration("http");
  const env = engineEnvironment(process.env, {
    proxy: http.get("proxy", ""),
    noProxy: http.get<string[]>("noProxy", []),
    proxySupport: http.get("proxySupport", "override"),
    systemCertificates: http.get("systemCertificates", true),
  });
  return fork(entry, ["lsp", "--node-ipc"], {
    env,
    // Not the workspace: nothing there may decide how the engine starts.
    cwd: homedir(),
    // V8's memory reducer wakes an idle process every eight seconds. The worker inherits this.
    execArgv: ["--disable-warning=ExperimentalWarning", "--no-memory-reducer"],
    ...(nodePath === undefined ? {} : { execPath: nodePath }),
    silent: true,
  });
}

/** Ends a process that should have ended by itself. */
export function endLater(child: ChildProcess): void {
  if (child.connected) child.disconnect();
  const timer = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
  timer.unref();
  child.once("exit", () => clearTimeout(timer));
}

/** Whether this Node has `node:sqlite` without a flag. */
export function hasSqlite(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 13);
}
