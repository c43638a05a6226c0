import { createHooks, HookError, type Hooks, hooksFingerprint, type StartHooks } from "../evals/hooks/hooks.ts";
import type { Case, Extension, Suite } from "../evals/model.ts";
import { type AfterEach, createAfterEach } from "../evals/run/hookedResult.ts";
import { type BeforeEach, withHookedTests } from "../evals/run/hookedTests.ts";
import type { Series } from "../evals/run/series.ts";
import { testAfterHooks } from "../evals/suite/hookedTest.ts";
import type { SuiteCode } from "../evals/suiteCode/pool.ts";
import { interpretersOf } from "../evals/suiteCode/runtimes.ts";
import type { Problem } from "../problem.ts";
import { createRunCode, type RunCode, type VersionCode } from "./code.ts";
import { afterAllContext, NO_RESULTS, type RunSoFar } from "./hookResults.ts";
import { readVersion, type ReadOptions, type SuiteVersion, type Workspace } from "./workspace.ts";

/** A run that was cancelled waits so long for its `afterAll`. */
const CANCELLED_MS = 10_000;

/** A suite as its `beforeAll` leaves it, for what has run already. */
export async function readAsRun(workspace: Workspace, file: string, options: ReadOptions = {}): Promise<SuiteVersion> {
  const code = createRunCode(workspace, file);
  const hooks = new RunHooks(workspace, code, new AbortController().signal);
  try {
    return await hooks.readCurrent(file, options);
  } finally {
    await hooks.end();
    await code.close();
  }
}

/** The hooks of both versions of a suite in one run, which begins with `beforeAll` and ends with `afterAll`. */
export class RunHooks {
  private readonly workspace: Workspace;
  private readonly code: RunCode;
  private readonly signal: AbortSignal;
  private readonly started: Hooks[] = [];
  /** Those whose `beforeAll` was well: they are told of the end. */
  private readonly begun: Hooks[] = [];
  private now: Hooks | undefined;
  private then: Hooks | undefined;
  private results: RunSoFar | undefined;

  constructor(workspace: Workspace, code: RunCode, signal: AbortSignal) {
    this.workspace = workspace;
    this.code = code;
    this.signal = signal;
  }

  /** Today's version as its `beforeAll` leaves it. */
  async readCurrent(file: string, options: ReadOptions): Promise<SuiteVersion> {
    const start: StartHooks = (extensions) => (this.now = this.start(extensions, this.code.current));
    const version = await readVersion(this.workspace, this.workspace.disk, file, { ...options, hooks: { start, signal: this.signal } });
    if (this.now && !failure(version)) this.begun.push(this.now);
    return version;
  }

  /**
   * The baseline as its own `beforeAll` leaves it, where that is another one, or has prompts to make. Where it cannot
   * run, today's hooks are those of both versions, which is said.
   */
  async readBaseline(before: SuiteVersion, current: Suite, read: (options: ReadOptions) => Promise<SuiteVersion>): Promise<{ version: SuiteVersion; problems: readonly Problem[] }> {
    const { extensions = [] } = before.suite;
    const own = hooksFingerprint(extensions) !== hooksFingerprint(current.extensions ?? []);
    if (extensions.length === 0 || !(own || current.remade)) return { version: before, problems: [] };
    const code = await this.code.baseline(before.suite);
    let hooks: Hooks | undefined;
    const version = await read({ hooks: { start: (found) => (hooks = this.start(found, code)), signal: this.signal } });
    const failed = failure(version);
    if (!failed) {
      if (hooks) this.begun.push(hooks);
      if (own) this.then = hooks;
      return { version, problems: [] };
    }
    const [at] = current.extensions ?? extensions;
    const message = `The baseline's hooks could not run: ${failed.message} Both versions were asked through today's, so that a change of the hooks themselves was not compared.`;
    return { version: { ...before, suite: { ...before.suite, extensions: current.extensions } }, problems: [{ severity: "warning", code: "hook-failed", message, location: (at as Extension).location }] };
  }

  /** The series with their tests as `beforeEach` leaves them. */
  withTests(series: readonly Series[], tests: readonly Case[], { suite, env }: SuiteVersion, suiteCode: SuiteCode): Promise<Series[]> {
    const { root, disk } = this.workspace;
    const each = (hooks: Hooks | undefined): BeforeEach | undefined => (hooks?.has("beforeEach") ? (test) => testAfterHooks(test, hooks, [disk, root, this.code.current.folder, { ...env, ...suite.options.env }, suiteCode], this.signal) : undefined);
    return withHookedTests(series, tests, each(this.now), each(this.then));
  }

  get afterEach(): AfterEach | undefined {
    return this.now?.has("afterEach") ? createAfterEach(this.now, this.signal) : undefined;
  }

  /** From here on there are results to tell of. */
  began(results: RunSoFar): void {
    this.results = results;
  }

  /** Calls `afterAll`, also of a run that was cancelled, and ends the hooks. What goes wrong is a warning: the results stand. */
  async end(): Promise<Problem[]> {
    try {
      return await this.tellResults();
    } finally {
      for (const hooks of this.started) hooks.close();
    }
  }

  private async tellResults(): Promise<Problem[]> {
    const problems: Problem[] = [];
    const hooks = this.begun.filter((one) => one.has("afterAll"));
    if (hooks.length === 0) return problems;
    const context = this.results ? await afterAllContext(this.workspace.store, this.results) : NO_RESULTS;
    const signal = this.signal.aborted ? AbortSignal.timeout(CANCELLED_MS) : new AbortController().signal;
    for (const one of hooks) {
      try {
        await one.call("afterAll", context, (before) => before, signal);
      } catch (error) {
        if (error instanceof HookError) problems.push({ severity: "warning", code: "hook-failed", message: error.message, location: error.extension.location });
        else if (!signal.aborted) throw error;
      }
    }
    return problems;
  }

  private start(extensions: readonly Extension[], { folder, path }: VersionCode): Hooks {
    const { host } = this.workspace;
    const hooks = createHooks(host.processes, extensions, { folder, path, interpreters: interpretersOf(host.env) });
    this.started.push(hooks);
    return hooks;
  }
}

function failure({ suite }: SuiteVersion): Problem | undefined {
  return suite.problems.find(({ code }) => code === "hook-failed");
}
