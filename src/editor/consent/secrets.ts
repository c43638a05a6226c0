import { type SecretStorage, window } from "vscode";
import { codeIn, COMMANDS, type SecretParams, type SecretResult } from "../../protocol/messages.ts";
import type { Approvals } from "./approvals.ts";
import type { PersonRuns } from "./personRuns.ts";

const PREFIX = "llmops.secret.";

/** Secrets by name, in the editor's own encrypted storage. */
export class SecretVault {
  private readonly storage: SecretStorage;

  constructor(storage: SecretStorage) {
    this.storage = storage;
  }

  async names(): Promise<string[]> {
    const keys = await this.storage.keys();
    return keys.filter((key) => key.startsWith(PREFIX)).map((key) => key.slice(PREFIX.length)).sort();
  }

  get(name: string): Thenable<string | undefined> {
    return this.storage.get(PREFIX + name);
  }

  set(name: string, value: string): Thenable<void> {
    return this.storage.store(PREFIX + name, value);
  }

  remove(name: string): Thenable<void> {
    return this.storage.delete(PREFIX + name);
  }
}

/**
 * Gives the engine secrets: to an origin that a person agreed to at once, else only in a run that a
 * person started, after asking. A save never asks.
 */
export class SecretGiver {
  private readonly vault: SecretVault;
  private readonly approvals: Approvals;
  private readonly people: PersonRuns;
  private readonly asking = new Map<string, Promise<boolean>>();

  constructor(vault: SecretVault, approvals: Approvals, people: PersonRuns) {
    this.vault = vault;
    this.approvals = approvals;
    this.people = people;
  }

  give = async ({ name, origin }: SecretParams): Promise<SecretResult> => {
    const stored = await this.vault.get(name);
    const value = stored ?? process.env[name];
    if (!value) {
      this.people.missed(name);
      return { missing: true };
    }
    if (this.approvals.isSecretApproved(name, origin)) return { value };
    if (!this.people.waiting || !(await this.ask(name, origin, stored === undefined ? "environment variable" : "secret"))) return { refused: true };
    await this.approvals.addSecret(name, origin);
    return { value };
  };

  /** Many calls of a run want the same: one question. */
  private async ask(name: string, origin: string, what: string): Promise<boolean> {
    const key = `${name}=${origin}`;
    const open = this.asking.get(key) ?? question(name, origin, what);
    this.asking.set(key, open);
    try {
      return await open;
    } finally {
      this.asking.delete(key);
    }
  }
}

async function question(name: string, origin: string, what: string): Promise<boolean> {
  if (origin === COMMANDS) {
    const give = "Give";
    const about = "llmops.yaml names it in the env of a command. Nothing limits where a command sends it: give it only if you know what the pipeline's commands do.";
    return (await window.showWarningMessage(`Give the ${what} ${name} to commands of the pipeline?`, { modal: true, detail: about }, give)) === give;
  }
  const code = codeIn(origin);
  if (code !== undefined) {
    const give = "Give";
    const about = `The suite names it for the provider ${code}, which is code. Nothing limits where code sends it: give it only if you know what it does. When the code or what it imports changes, this is asked again.`;
    return (await window.showWarningMessage(`Give the ${what} ${name} to ${code}?`, { modal: true, detail: about }, give)) === give;
  }
  const send = "Send";
  const detail = `The run calls ${origin}, and its configuration wants the ${what} ${name} to be sent along. Send it only if you know who answers there. This workspace will not ask again for this address.`;
  return (await window.showWarningMessage(`Send the ${what} ${name} to ${origin}?`, { modal: true, detail }, send)) === send;
}
