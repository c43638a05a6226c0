import { commands, window } from "vscode";
import { Notifications, type RunResult } from "../../protocol/messages.ts";
import type { Engine } from "../engine/engine.ts";
import type { Suites } from "../suites.ts";
import type { Approvals } from "./approvals.ts";

/**
 * Runs that a person started. Choosing Run is the consent to call the origins that a suite names, for
 * later saves too; and only these runs may ask for secrets.
 */
export class PersonRuns {
  private readonly suites: Suites;
  private readonly approvals: Approvals;
  private readonly engine: Engine;
  private readonly missing = new Set<string>();
  private count = 0;

  constructor(suites: Suites, approvals: Approvals, engine: Engine) {
    this.suites = suites;
    this.approvals = approvals;
    this.engine = engine;
  }

  /** Whether a person waits for something now. */
  get waiting(): boolean {
    return this.count > 0;
  }

  /** A secret that the run wants is set nowhere. */
  missed(name: string): void {
    if (this.waiting) this.missing.add(name);
  }

  /** @param uri the suite, or a file of suites; `undefined`: all of them. */
  async run<T>(uri: string | undefined, action: () => Promise<T>): Promise<T> {
    await this.approvals.addOrigins(this.originsOf(uri));
    // What was refused to a save may be asked for now.
    this.engine.notify(Notifications.approvals, this.approvals.get());
    this.count++;
    try {
      const result = await action();
      await this.approvals.addOrigins(calledOrigins(result));
      return result;
    } finally {
      this.count--;
      if (this.count === 0) this.tellMissing();
    }
  }

  private originsOf(uri: string | undefined): string[] {
    const suites = uri === undefined ? this.suites.all() : this.suites.of(uri);
    return suites.flatMap(({ state }) => (state.kind === "consent" ? state.origins : []));
  }

  private tellMissing(): void {
    const names = [...this.missing];
    this.missing.clear();
    const [first] = names;
    if (first === undefined) return;
    const set = "Set Secret…";
    const text = names.length === 1 ? `The secret ${first} is not set: without it the endpoint does not answer.` : `The secrets ${names.join(", ")} are not set: without them the endpoints do not answer.`;
    void window.showWarningMessage(text, set).then((choice) => choice === set && commands.executeCommand("llmops.setSecret", first));
  }
}

function calledOrigins(result: unknown): string[] {
  const suites = (result as RunResult | undefined)?.suites;
  return Array.isArray(suites) ? (suites as RunResult["suites"]).flatMap((suite) => suite.origins ?? []) : [];
}
