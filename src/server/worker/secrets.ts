import { type Approvals, mayCallOnSave, mayRelease, NO_APPROVALS, pairKey } from "../../core/config/approvals.ts";
import type { Secrets } from "../../core/host.ts";
import type { StoredApprovals } from "../../protocol/messages.ts";

type Result = { value: string } | "missing" | "refused";

/**
 * Secrets of an editor: the environment's first, else the editor's own store, which the editor asks a
 * person about. What was approved is told by the editor; nothing of it is kept here.
 */
export class EditorSecrets implements Secrets {
  private approvals: Approvals = NO_APPROVALS;
  private readonly env: Readonly<Record<string, string | undefined>>;
  private readonly ask: (id: number, name: string, origin: string) => void;
  private readonly waiting = new Map<number, (result: Result) => void>();
  private lastId = 0;
  private pipelines: ReadonlySet<string> = new Set();
  /** By name and origin: a run asks for each call. Forgotten when anything is set or approved. */
  private known = new Map<string, Promise<Result>>();

  constructor(env: Readonly<Record<string, string | undefined>>, ask: (id: number, name: string, origin: string) => void) {
    this.env = env;
    this.ask = ask;
  }

  approve({ origins, secrets, pipelines }: StoredApprovals): void {
    this.approvals = { origins: new Set(origins), secrets: new Set(secrets) };
    this.pipelines = new Set(pipelines);
    this.known = new Map();
  }

  /** Whether a person has agreed that a pipeline's definition runs here. */
  isAgreed(hash: string): boolean {
    return this.pipelines.has(hash);
  }

  mayCall(origin: string): boolean {
    return mayCallOnSave(origin, this.approvals);
  }

  mayRelease = (name: string, origin: string): Promise<boolean> => Promise.resolve(mayRelease(name, origin, this.approvals));

  get = (name: string, origin: string): Promise<Result> => {
    const key = pairKey(name, origin);
    let result = this.known.get(key);
    if (!result) {
      result = this.find(name, origin);
      this.known.set(key, result);
    }
    return result;
  };

  private async find(name: string, origin: string): Promise<Result> {
    const value = this.env[name];
    if (value && (await this.mayRelease(name, origin))) return { value };
    const id = ++this.lastId;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.ask(id, name, origin);
    });
  }

  answered(id: number, result: Result): void {
    this.waiting.get(id)?.(result);
    this.waiting.delete(id);
  }
}
