import { type CancellationToken, commands, type Disposable, Range, type TestController, type TestItem, TestMessage, type TestRun, TestRunProfileKind, TestRunRequest, tests as testing, Uri } from "vscode";
import type { SuiteTests, TestOutcome, TestView } from "../../protocol/authoring.ts";
import { Requests, type SuiteSummary } from "../../protocol/messages.ts";
import type { Engine } from "../engine/engine.ts";
import type { PersonRuns } from "../consent/personRuns.ts";
import type { Suites } from "../suites.ts";
import { nameOf } from "../views/suitesTree.ts";

interface Known {
  readonly item: TestItem;
  /** Of the run whose results are shown. */
  runId: string | undefined;
  tests: readonly TestView[];
  version: string;
}

/**
 * Suites and cases in the editor's Test Explorer. It draws what the store has: results survive a reload because they are
 * replayed from there. A suite's cases are read when somebody looks at them.
 */
export class TestExplorer implements Disposable {
  private readonly engine: Engine;
  private readonly suites: Suites;
  private readonly people: PersonRuns;
  private readonly controller: TestController;
  private readonly known = new Map<string, Known>();
  private readonly resume: () => Promise<void>;
  private readonly subscriptions: Disposable[];

  /** @param options `resume`: lets saves start runs again. */
  constructor(options: { engine: Engine; suites: Suites; people: PersonRuns; resume: () => Promise<void> }) {
    this.resume = options.resume;
    this.engine = options.engine;
    this.suites = options.suites;
    this.people = options.people;
    this.controller = testing.createTestController("llmops", "LLMOps");
    this.controller.resolveHandler = async (item) => {
      if (item) await this.read(item.id);
    };
    this.controller.refreshHandler = () => Promise.all([...this.known.keys()].map((uri) => this.read(uri))).then(() => undefined);
    this.controller.createRunProfile("Run", TestRunProfileKind.Run, (request, token) => this.run(request, token), true, undefined, true);
    this.controller.createRunProfile("Show Request and Response", TestRunProfileKind.Debug, (request) => this.trace(request), false);
    this.subscriptions = [this.controller, this.suites.onChange(() => this.draw())];
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private draw(): void {
    const all = this.suites.all();
    for (const [uri] of this.known) {
      if (all.some((suite) => suite.uri === uri)) continue;
      this.controller.items.delete(uri);
      this.known.delete(uri);
    }
    for (const suite of all) this.drawSuite(suite);
  }

  private drawSuite(suite: SuiteSummary): void {
    let known = this.known.get(suite.uri);
    if (!known) {
      const item = this.controller.createTestItem(suite.uri, nameOf(suite), Uri.parse(suite.uri));
      item.canResolveChildren = true;
      this.controller.items.add(item);
      known = { item, runId: undefined, tests: [], version: "" };
      this.known.set(suite.uri, known);
    }
    const version = suite.state.kind === "judged" ? `${suite.state.headline} ${suite.state.verdict}` : suite.state.kind;
    const isNews = known.version !== version && suite.state.kind === "judged";
    known.version = version;
    // A verdict that came in from anywhere is replayed; cases that nobody looked at are read for it.
    if (isNews) void this.read(suite.uri);
  }

  private async read(uri: string): Promise<void> {
    const known = this.known.get(uri);
    const found = known && (await this.tests(uri));
    if (!known || !found) return;
    known.tests = found.tests;
    known.item.children.replace(
      found.tests.map((test) => {
        const item = this.controller.createTestItem(test.id, test.label, Uri.parse(test.uri));
        const { start, end } = test.range;
        item.range = new Range(start.line, start.character, end.line, end.character);
        return item;
      }),
    );
    if (found.runId === undefined || found.runId === known.runId) return;
    known.runId = found.runId;
    const run = this.controller.createTestRun(new TestRunRequest([known.item], undefined, undefined, false, true), undefined, false);
    this.report(run, known);
    run.end();
  }

  /** @param caseId only what the last run made of this case, whether it ran all others or not. */
  private tests(uri: string, caseId?: string): Promise<SuiteTests | null> {
    return this.engine.request<SuiteTests | null>(Requests.authoring, { uri, action: { kind: "tests", caseId } });
  }

  private report(run: TestRun, { item, tests }: Known): void {
    for (const test of tests) {
      const one = item.children.get(test.id);
      if (one) reportTest(run, one, test);
    }
  }

  private async run(request: TestRunRequest, token: CancellationToken): Promise<void> {
    const { include, exclude } = request;
    const items = include ?? [...this.known.values()].map(({ item }) => item);
    const chosen = items.filter((item) => !exclude?.includes(item));
    // Saves start runs by themselves, and every verdict is shown: all that can be in the way is a pause.
    if (request.continuous) return this.resume();
    const run = this.controller.createTestRun(request);
    token.onCancellationRequested(() => void this.engine.request(Requests.cancel, {}));
    try {
      for (const item of chosen) await this.runItem(run, item);
    } finally {
      run.end();
    }
  }

  private async runItem(run: TestRun, item: TestItem): Promise<void> {
    const suite = item.parent ?? item;
    run.started(item);
    if (!item.parent) await this.read(suite.id);
    for (const [, child] of item.children) run.started(child);
    const params = item.parent ? { uri: suite.id, caseId: item.id } : { uri: suite.id };
    const result = await this.people.run(suite.id, () => this.engine.request<{ suites: readonly { message: string; verdict?: string }[] }>(Requests.run, params));
    const known = this.known.get(suite.id);
    const [outcome] = result.suites;
    if (!known || !outcome) return;
    if (item.parent) {
      // The verdict of the whole suite stays: of this run the one case is all there is.
      const one = (await this.tests(suite.id, item.id))?.tests.find(({ id }) => id === item.id);
      if (one) reportTest(run, item, one);
      else run.errored(item, new TestMessage(outcome.message));
      run.appendOutput(`${outcome.message}\r\n`, undefined, item);
      return;
    }
    const before = known.runId;
    const found = await this.tests(suite.id);
    if (found && found.runId !== undefined && (outcome.verdict !== undefined || found.runId !== before)) {
      known.tests = found.tests;
      known.runId = found.runId;
      this.report(run, known);
    } else run.errored(item, new TestMessage(outcome.message));
    run.appendOutput(`${outcome.message}\r\n`);
  }

  /** The trace of a case: rendered messages, raw response, each assertion's reasoning. */
  private async trace({ include }: TestRunRequest): Promise<void> {
    const item = include?.find(({ parent }) => parent);
    if (item?.parent) await commands.executeCommand("llmops.showCaseDetails", item.parent.id, item.id);
  }
}

function reportTest(run: TestRun, item: TestItem, { outcomes }: TestView): void {
  if (outcomes.length === 0) return;
  const time = outcomes.reduce<number | undefined>((sum, { latencyMs }) => (latencyMs === undefined ? sum : (sum ?? 0) + latencyMs), undefined);
  const bad = outcomes.filter(({ status }) => status !== "passed");
  if (bad.length === 0) run.passed(item, time);
  else if (bad.every(({ status }) => status === "error")) run.errored(item, bad.map(messageOf), time);
  else run.failed(item, bad.map(messageOf), time);
}

function messageOf({ series, message, expected, actual, status }: TestOutcome): TestMessage {
  const text = `${series}: ${message}`;
  return status === "error" || expected === undefined ? new TestMessage(actual === "" ? text : `${text}\n\n${actual}`) : TestMessage.diff(text, expected, actual);
}

