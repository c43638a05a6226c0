import { locationOf } from "../../core/evals/suite/source.ts";
import { dirname } from "node:path";
import { URI } from "vscode-uri";
import { relativePosix } from "../../core/config/settings.ts";
import type { Host } from "../../core/host.ts";
import { findSuites } from "../../core/evals/suite/findSuites.ts";
import { acceptBaseline } from "../../core/regression/baseline/accept.ts";
import { type ResolvedBaseline, resolveBaseline } from "../../core/regression/baseline/resolve.ts";
import { evaluateSuite } from "../../core/regression/evaluate.ts";
import { changesOf } from "../../core/regression/places.ts";
import { type RunReport, storedReport } from "../../core/regression/report.ts";
import { absolutePath, readVersion, type SuiteVersion, type Workspace } from "../../core/regression/workspace.ts";
import { findRun, lastVerdict } from "../../core/store/runs.ts";
import { recordVersion, versionHash } from "../../core/store/versions.ts";
import type { EventKind } from "../../core/store/store.ts";
import { watchStore } from "../../core/store/watch.ts";
import { openWorkspace } from "../../engine/workspace.ts";
import type { AuthoringAction } from "../../protocol/authoring.ts";
import type { Discovery, RunOutcome, RunRequest, SuiteDescription } from "./messages.ts";

const OF_RUNS: readonly EventKind[] = ["run-started", "run-ended", "experiment-changed"];

export interface WorkOptions {
  readonly host: Host;
  readonly sandbox: (workspace: Workspace) => Promise<string>;
  readonly mayCall: (origin: string) => boolean;
  /** Another process judged or accepted these suites (absolute paths). */
  readonly changed: (suites: readonly string[]) => void;
  /** Something of some run is other than it was, by whomever. */
  readonly runsChanged: () => void;
}

/** Everything the server asks of suites, over workspaces that stay open. */
export class Work {
  private readonly options: WorkOptions;
  private readonly byFolder = new Map<string, Promise<Workspace>>();
  private readonly byStore = new Map<string, Promise<Workspace>>();
  private readonly ownRuns = new Set<string>();

  constructor(options: WorkOptions) {
    this.options = options;
  }

  async discover(folder: string): Promise<Discovery> {
    const workspace = await this.workspace(folder);
    const files = await findSuites(workspace.disk, workspace.root);
    const suites = await Promise.all(files.map((file) => this.describe(file)));
    return { root: workspace.root, suites, notice: workspace.store.notice };
  }

  async describe(file: string): Promise<SuiteDescription> {
    const workspace = await this.workspace(dirname(file));
    const version = await readVersion(workspace, workspace.disk, file);
    const found = await resolveBaseline(workspace, file, version.files);
    const last = lastVerdict(workspace.store, relativePosix(workspace.root, file));
    return describe(workspace, file, version, found, last && storedReport(last));
  }

  /** Keeps the texts as they are before a first edit: without git they are what an edit is compared with. */
  async remember(file: string): Promise<void> {
    const workspace = await this.workspace(dirname(file));
    const version = await readVersion(workspace, workspace.disk, file);
    recordVersion(workspace.store, relativePosix(workspace.root, file), version.files, workspace.host.clock.now());
  }

  async run(file: string, request: RunRequest, signal: AbortSignal, progress: (done: number, total: number) => void): Promise<RunOutcome> {
    const workspace = await this.workspace(dirname(file));
    const wanted = request.caseIds && new Set(request.caseIds);
    const { report, version, found } = await evaluateSuite(workspace, {
      file,
      trigger: request.trigger,
      repeat: request.repeat,
      ask: request.trigger === "manual" && !request.anyway,
      useCache: request.fresh ? false : undefined,
      filter: wanted && ((test) => wanted.has(test.id)),
      signal,
      sandbox: () => this.options.sandbox(workspace),
      mayCall: request.trigger === "save" ? this.options.mayCall : undefined,
      onStart: (id) => this.ownRuns.add(id),
      onProgress: progress,
    });
    const last = wanted ? lastVerdict(workspace.store, report.suite) : undefined;
    return { suite: await describe(workspace, file, version, found, wanted ? last && storedReport(last) : report), report };
  }

  async accept(file: string, signal: AbortSignal): Promise<{ file: string; suite: SuiteDescription }> {
    const workspace = await this.workspace(dirname(file));
    const { report, series, version } = await evaluateSuite(workspace, { file, trigger: "manual", signal, sandbox: () => this.options.sandbox(workspace), onStart: (id) => this.ownRuns.add(id) });
    const path = await acceptBaseline(workspace, file, version, series, report);
    // What was just accepted is compared with itself: the run after it says "no change", from the cache.
    const { suite } = await this.run(file, { trigger: "manual" }, signal, () => {});
    return { file: path, suite };
  }

  async caseDetails(file: string, caseId: string, signal: AbortSignal): Promise<string> {
    const { caseDetails } = await import("./caseDetails.ts");
    const workspace = await this.workspace(dirname(file));
    return caseDetails(workspace, file, caseId, () => this.options.sandbox(workspace), signal);
  }

  /** The case whose definition encloses a line; of nested ones the innermost. */
  async caseAt(file: string, at: { file: string; line: number }): Promise<{ suite: string; caseId: string } | null> {
    const workspace = await this.workspace(dirname(file));
    const { suite } = await readVersion(workspace, workspace.disk, file);
    let best: { id: string; lines: number } | undefined;
    for (const test of suite.cases) {
      const { file: where, range } = locationOf(test.place);
      if (where !== at.file || range.start.line > at.line || range.end.line < at.line) continue;
      const lines = range.end.line - range.start.line;
      if (!best || lines < best.lines) best = { id: test.id, lines };
    }
    return best ? { suite: URI.file(file).toString(), caseId: best.id } : null;
  }

  async authoring(file: string, action: AuthoringAction, signal: AbortSignal): Promise<unknown> {
    const { performAuthoring } = await import("./authoringWork.ts");
    const workspace = await this.workspace(dirname(file));
    return performAuthoring(workspace, file, action, { sandbox: () => this.options.sandbox(workspace), signal, onStart: (id) => this.ownRuns.add(id) });
  }

  async testEndpoints(folder: string, name: string | undefined, signal: AbortSignal): Promise<unknown> {
    const { testEndpoints } = await import("./testEndpoints.ts");
    const workspace = await this.workspace(folder);
    return testEndpoints(workspace, name, () => this.options.sandbox(workspace), signal);
  }

  async doctor(folder: string): Promise<string> {
    const { checkSetUp, formatChecks } = await import("../../core/regression/doctor.ts");
    return formatChecks(await checkSetUp(await this.workspace(folder), { node: process.versions.node, path: process.execPath }));
  }

  /** The workspace that a folder belongs to, opened once. */
  workspace(folder: string): Promise<Workspace> {
    let workspace = this.byFolder.get(folder);
    if (!workspace) {
      workspace = openWorkspace(folder, this.options.host).then((opened) => this.share(opened));
      this.byFolder.set(folder, workspace);
      workspace.catch(() => this.byFolder.delete(folder));
    }
    return workspace;
  }

  /** One connection a store, however many folders lead to it. */
  private share(opened: Workspace): Promise<Workspace> {
    const key = `${opened.root}\0${opened.store.directory ?? opened.root}`;
    const known = this.byStore.get(key);
    if (known) {
      opened.store.close();
      return known;
    }
    this.byStore.set(key, Promise.resolve(opened));
    this.watch(opened);
    return Promise.resolve(opened);
  }

  private watch({ store, root, host }: Workspace): void {
    let seen = store.lastEvent();
    watchStore(store, host.clock, () => {
      const events = store.eventsAfter(seen);
      seen = events.at(-1)?.seq ?? seen;
      const suites = new Set<string>();
      if (events.some(({ kind }) => OF_RUNS.includes(kind))) this.options.runsChanged();
      for (const { kind, subject } of events) {
        if (kind === "run-ended" && !this.ownRuns.has(subject)) {
          const suite = findRun(store, subject)?.suite;
          if (suite) suites.add(absolutePath(root, suite));
        }
        if (kind === "baseline-accepted") suites.add(absolutePath(root, subject));
      }
      if (suites.size > 0) this.options.changed([...suites]);
    });
  }
}

async function describe({ root }: Workspace, file: string, version: SuiteVersion, found: ResolvedBaseline, report: RunReport | undefined): Promise<SuiteDescription> {
  const prompts = version.suite.prompts.map(({ key, label, location }) => ({ key, label, location }));
  return {
    file,
    name: relativePosix(root, file),
    root,
    files: [...version.files.keys()].map((path) => absolutePath(root, path)),
    affects: version.settings.affects,
    cases: version.suite.cases.length,
    prompts,
    problems: [...version.suite.problems, ...found.problems],
    baseline: found.baseline?.info,
    changes: found.baseline ? await changesOf(version, root, found.baseline.snapshot) : [],
    version: versionHash(version.files),
    report,
  };
}
