import { readFile } from "node:fs/promises";
import { URI } from "vscode-uri";
import type { AuthoringParams, BisectAnswer } from "../protocol/authoring.ts";
import type { AcceptResult, BaselineText, BrokenCase, CaseAtParams, CaseDetailsParams, EndpointTest, RunParams, RunResult, SuiteState, SuiteSummary } from "../protocol/messages.ts";
import { EngineCommands } from "./commands.ts";
import type { Session } from "./session.ts";
import { summaries } from "./status.ts";
import type { SuiteDescription } from "./worker/messages.ts";
import { type WorkerClient, WorkerFailure } from "./workerClient.ts";

/** Answers what the language server protocol has no word for. */
export class Requester {
  private readonly session: Session;
  private readonly worker: WorkerClient;
  private readonly folders: readonly string[];
  private bisecting: AbortController | undefined;

  constructor(session: Session, worker: WorkerClient, folders: readonly string[]) {
    this.session = session;
    this.worker = worker;
    this.folders = folders;
  }

  /** Runs that a person asked for; all at once, as the worker bounds what is in flight. */
  async run(params: RunParams): Promise<RunResult> {
    const { board } = this.session;
    const entries = params.uri === undefined ? board.all() : board.affectedBy(pathOf(params.uri));
    const suites = await Promise.all(
      entries.map(async ({ suite }) => {
        const { file } = suite;
        if (params.caseId !== undefined) {
          const { message } = await this.session.runCase(file, params.caseId);
          return { uri: URI.file(file).toString(), message };
        }
        const state = await (params.cases === "failed" ? this.session.rerun(file, failedCases(suite), params.anyway) : this.session.run(file, { trigger: params.asSave ? "save" : "manual", repeat: params.repeat, anyway: params.anyway }));
        const verdict = state.kind === "judged" ? state.verdict : undefined;
        return { uri: URI.file(file).toString(), verdict, message: messageOf(state), ...(state.kind === "budget" ? { asks: true } : {}), origins: this.session.board.get(file)?.suite.report?.origins };
      }),
    );
    return { suites };
  }

  /** `workspace/executeCommand`, for editors that know no more than the protocol. */
  async execute(command: string, args: readonly unknown[]): Promise<unknown> {
    const uri = typeof args[0] === "string" ? args[0] : undefined;
    switch (command) {
      case EngineCommands.run:
        return this.run({ uri, anyway: args[1] === true });
      case EngineCommands.runFailed:
        return this.run({ uri, cases: "failed" });
      case EngineCommands.runRepeated:
        return this.run({ uri, repeat: Number(args[1]) || 3 });
      case EngineCommands.cancel:
        return this.session.cancel(uri === undefined ? undefined : pathOf(uri));
      case EngineCommands.accept:
        return uri === undefined ? undefined : this.accept(uri);
      default:
        return undefined;
    }
  }

  async accept(uri: string): Promise<AcceptResult> {
    const [entry] = this.session.board.affectedBy(pathOf(uri));
    if (!entry) return { accepted: false, message: "This file belongs to no suite." };
    try {
      const { file, suite } = await this.worker.ask<{ file: string; suite: SuiteDescription }>({ kind: "accept", file: entry.suite.file });
      this.session.board.describe(suite);
      return { accepted: true, message: `${suite.name} is compared with this version from now on. Commit llmops.baseline.json, so that everybody does.`, uri: URI.file(file).toString() };
    } catch (error) {
      if (!(error instanceof WorkerFailure)) throw error;
      return { accepted: false, message: error.message };
    }
  }

  /** The baseline's text of a file; `null` where it is in no suite or the same. */
  async baselineText(uri: string): Promise<BaselineText | null> {
    const file = pathOf(uri);
    for (const { suite } of this.session.board.affectedBy(file)) {
      const label = suite.baseline?.label;
      if (label === undefined) continue;
      const change = suite.changes.find((candidate) => candidate.file === file);
      if (change) return { text: change.before ?? "", label };
      const text = await readFile(file, "utf8").catch(() => undefined);
      if (text !== undefined) return { text, label };
    }
    return null;
  }

  caseAt({ uri, line }: CaseAtParams): Promise<unknown> {
    return this.first(uri, (file) => this.worker.ask({ kind: "caseAt", file, at: { file: pathOf(uri), line } }));
  }

  caseDetails({ suite, caseId }: CaseDetailsParams): Promise<string> {
    return this.worker.ask({ kind: "case", file: pathOf(suite), caseId });
  }

  brokenCases(uri: string): BrokenCase[] {
    return this.session.board.affectedBy(pathOf(uri)).flatMap(({ suite }) =>
      (suite.report?.series ?? []).flatMap((series) =>
        (series.hasBaseline ? series.broke : series.failing).map((change) => ({
          suite: URI.file(suite.file).toString(),
          caseId: change.id,
          number: change.number,
          title: change.title,
          uri: URI.file(change.location.file).toString(),
          range: change.location.range,
          before: change.before,
          after: change.after,
          reason: change.reason,
        })),
      ),
    );
  }

  /** Of the first suite that a file is part of. */
  async authoring({ uri, action }: AuthoringParams): Promise<unknown> {
    const [entry] = this.session.board.affectedBy(pathOf(uri));
    if (!entry) return null;
    const { file } = entry.suite;
    if (action.kind !== "bisect") return this.worker.ask({ kind: "authoring", file, action });
    this.bisecting = new AbortController();
    try {
      const answer = await this.worker.ask<BisectAnswer>({ kind: "authoring", file, action }, { signal: this.bisecting.signal });
      this.session.board.blame(file, answer);
      return answer;
    } catch (error) {
      if (!(error instanceof WorkerFailure)) throw error;
      return error.failure.reason === "cancelled" ? null : ({ message: error.message, culprits: [], changes: [] } satisfies BisectAnswer);
    }
  }

  cancelAuthoring(): void {
    this.bisecting?.abort();
  }

  suites(): SuiteSummary[] {
    return summaries(this.session);
  }

  async testEndpoints(name: string | undefined): Promise<EndpointTest[]> {
    const tests = await Promise.all(this.folders.map((folder) => this.worker.ask<EndpointTest[]>({ kind: "testEndpoints", folder, name })));
    return tests.flat();
  }

  async doctor(): Promise<string> {
    const texts = await Promise.all(this.folders.map((folder) => this.worker.ask<string>({ kind: "doctor", folder })));
    return texts.join("\n\n");
  }

  /** The first answer of the suites that a file belongs to. */
  private async first<T>(uri: string, ask: (file: string) => Promise<T | null>): Promise<T | null> {
    for (const { suite } of this.session.board.affectedBy(pathOf(uri))) {
      const found = await ask(suite.file);
      if (found !== null) return found;
    }
    return null;
  }
}

function failedCases(suite: SuiteDescription): string[] {
  return (suite.report?.series ?? []).flatMap((series) => [...series.broke, ...series.failing].map((change) => change.id));
}

function messageOf(state: SuiteState): string {
  switch (state.kind) {
    case "judged":
      return state.headline;
    case "budget":
    case "problem":
      return state.message;
    case "invalid":
      return "The suite has errors: see the Problems view.";
    case "consent":
      return `It calls ${state.origins.join(", ")}.`;
    case "running":
      return "It is running.";
    case "never":
      return "Cancelled.";
  }
}

function pathOf(uri: string): string {
  return URI.parse(uri).fsPath;
}
