import { createHash } from "node:crypto";
import { type Memento, workspace } from "vscode";
import type { StoredApprovals } from "../../protocol/messages.ts";

const NONE: StoredApprovals = { origins: [], secrets: [] };

/**
 * What a person agreed to in this workspace: origins that a save may call, and secrets that may go to
 * an origin. Kept by the editor: what lies in the workspace can be changed by a pull request.
 */
export class Approvals {
  private readonly memento: Memento;
  private readonly changed: (approvals: StoredApprovals) => void;

  constructor(memento: Memento, changed: (approvals: StoredApprovals) => void) {
    this.memento = memento;
    this.changed = changed;
  }

  get(): StoredApprovals {
    return this.memento.get<StoredApprovals>(key(), NONE);
  }

  async addOrigins(origins: readonly string[]): Promise<void> {
    const approvals = this.get();
    if (origins.some((origin) => !approvals.origins.includes(origin))) await this.set({ ...approvals, origins: [...new Set([...approvals.origins, ...origins])] });
  }

  /** A pipeline's definition, by its hash. */
  async addPipeline(hash: string): Promise<void> {
    const { pipelines = [], ...others } = this.get();
    await this.set({ ...others, pipelines: [...new Set([...pipelines, hash])] });
  }

  isSecretApproved(name: string, origin: string): boolean {
    return this.get().secrets.includes(pair(name, origin));
  }

  async addSecret(name: string, origin: string): Promise<void> {
    const approvals = this.get();
    await this.set({ ...approvals, secrets: [...new Set([...approvals.secrets, pair(name, origin)])] });
  }

  /** Another value may not go where the last one was meant for. */
  async forgetSecret(name: string): Promise<void> {
    const approvals = this.get();
    await this.set({ ...approvals, secrets: approvals.secrets.filter((known) => !known.startsWith(`${name}=`)) });
  }

  private async set(approvals: StoredApprovals): Promise<void> {
    await this.memento.update(key(), approvals);
    this.changed(approvals);
  }
}

function pair(name: string, origin: string): string {
  return `${name}=${origin}`;
}

/** A workspace is its file, or its folders. */
function key(): string {
  const workspaceUris = workspace.workspaceFile ? [workspace.workspaceFile] : (workspace.workspaceFolders ?? []).map((folder) => folder.uri);
  const names = workspaceUris.map((uri) => uri.toString()).sort();
  return `llmops.approvals:${createHash("sha256").update(JSON.stringify(names)).digest("hex")}`;
}
