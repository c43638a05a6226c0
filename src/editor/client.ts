import { join } from "node:path";
import { commands, type ExtensionContext, TextDocumentSaveReason, Uri, type WebviewPanel, window, workspace } from "vscode";
import { type InitializationOptions, Notifications, Requests } from "../protocol/messages.ts";
import { createAuthoring } from "./authoring/authoring.ts";
import { baselineCommands } from "./commands/baseline.ts";
import type { Deps, Handlers } from "./commands/deps.ts";
import { endpointCommands } from "./commands/endpoints.ts";
import { experimentCommands, pageActions } from "./commands/experiments.ts";
import { pipelineCommands } from "./commands/pipeline.ts";
import { rolloutCommands } from "./commands/rollouts.ts";
import { runCommands } from "./commands/runs.ts";
import { secretCommands } from "./commands/secrets.ts";
import { setupCommands } from "./commands/setup.ts";
import { trainingCommands } from "./commands/training.ts";
import { ComparisonPanels } from "./comparison/panel.ts";
import { Artifacts } from "./artifacts.ts";
import { Approvals } from "./consent/approvals.ts";
import { PipelineConsents } from "./consent/pipelineConsent.ts";
import { PersonRuns } from "./consent/personRuns.ts";
import { SecretGiver, SecretVault } from "./consent/secrets.ts";
import { Documents } from "./documents.ts";
import { Engine, EngineUnavailable } from "./engine/engine.ts";
import { Experiments } from "./experiments.ts";
import { Pipelines } from "./pipelines.ts";
import { Rollouts } from "./rollouts.ts";
import { engineSettings } from "./settings.ts";
import { Suites } from "./suites.ts";
import { Trainings } from "./trainings.ts";
import { type EnvironmentNode, EnvironmentsTree } from "./views/environmentsTree.ts";
import { type ExperimentNode, ExperimentsTree } from "./views/experimentsTree.ts";
import type { LazyView } from "./views/lazyView.ts";
import { trainingNotices } from "./views/trainingNotices.ts";
import { pipelineNotices } from "./views/pipelineNotices.ts";
import { type PipelineNode, PipelineTree } from "./views/pipelineTree.ts";
import { rolloutStatus } from "./views/rolloutStatus.ts";
import { type RolloutNode, RolloutsTree } from "./views/rolloutsTree.ts";
import { type RunsNode, RunsTree } from "./views/runsTree.ts";
import { staleDecorations } from "./views/staleDecorations.ts";
import { StatusBar } from "./views/statusBar.ts";
import { type SuitesNode, SuitesTree } from "./views/suitesTree.ts";

const PAUSED = "llmops.paused";
const SAVE_REASONS = new Map([
  [TextDocumentSaveReason.Manual, "manual"],
  [TextDocumentSaveReason.AfterDelay, "afterDelay"],
  [TextDocumentSaveReason.FocusOut, "focusOut"],
]);
/** A change of these is heard by an engine only at its start. */
const AT_START = ["llmops.nodePath", "http.proxy", "http.noProxy", "http.proxySupport", "http.systemCertificates"];

/** The views that are there from the activation on; `createClient` fills them. */
export interface Views {
  readonly suites: LazyView<SuitesNode>;
  readonly pipeline: LazyView<PipelineNode>;
  readonly environments: LazyView<EnvironmentNode>;
  readonly rollouts: LazyView<RolloutNode>;
  readonly runs: LazyView<RunsNode>;
  readonly experiments: LazyView<ExperimentNode>;
}

/** What `extension.ts` needs of everything else. */
export interface Client {
  /** The workspace has something for the engine: starts it. */
  begin(): Promise<void>;
  /** Fills the webview of a comparison that was open when the window was closed. */
  restore(panel: WebviewPanel, state: unknown): void;
  execute(command: string, args: readonly unknown[]): Promise<unknown>;
  stop(): Promise<void>;
}

/**
 * Puts the parts together. Nothing runs before `begin`, or a command that needs the engine.
 * @param saved URIs of what was saved before.
 */
export function createClient(context: ExtensionContext, views: Views, saved: Set<string>): Client {
  const { globalState, workspaceState, subscriptions } = context;
  const output = window.createOutputChannel("LLMOps", { log: true });
  const suites = new Suites();
  views.suites.fill(new SuitesTree(suites, views.suites.view, views.suites.fire));
  const statusBar = new StatusBar(suites);
  const approvals = new Approvals(globalState, (changed) => engine.notify(Notifications.approvals, changed));
  const vault = new SecretVault(context.secrets);
  const initializationOptions = (): InitializationOptions => ({ trusted: workspace.isTrusted, settings: engineSettings(), approvals: approvals.get(), paused: workspaceState.get(PAUSED, false) });
  const engine: Engine = new Engine({
    entry: join(context.extensionPath, "dist", "engine.js"),
    output,
    initializationOptions,
    // Lenses and quick fixes call the engine's commands: they are a person's.
    executeCommand: (command, args, next) => people.run(typeof args[0] === "string" ? args[0] : undefined, async () => next(command, args)),
    status: (status) => suites.set(status),
    secret: (params) => secrets.give(params),
    pipelineChanged: (changed) => pipelines.set(changed),
    rolloutsChanged: (changed) => rollouts.set(changed),
    pipelineOutput: (text) => pipelineOutput.append(text),
    trainingChanged: (changed) => trainings.set(changed),
    trainingProgress: (progress) => trainings.setProgress(progress),
    experimentsChanged: () => experiments.markChanged(),
    pipelineConsent: (consent) => consents.ask(consent),
    restarted: () => statusBar.say("LLMOps engine restarted"),
  });
  const people: PersonRuns = new PersonRuns(suites, approvals, engine);
  const secrets: SecretGiver = new SecretGiver(vault, approvals, people);
  const consents = new PipelineConsents(approvals);
  const pipelines: Pipelines = new Pipelines(engine);
  const trainings: Trainings = new Trainings(engine);
  const rollouts: Rollouts = new Rollouts(engine);
  const pipelineOutput = window.createOutputChannel("LLMOps Pipeline", "log");
  const runsTree = new RunsTree(pipelines, views.runs.fire);
  views.pipeline.fill(new PipelineTree(pipelines, views.pipeline.view, views.pipeline.fire));
  views.environments.fill(new EnvironmentsTree(pipelines, views.environments.fire));
  views.rollouts.fill(new RolloutsTree(rollouts, views.rollouts.fire));
  views.runs.fill(runsTree);
  const experiments: Experiments = new Experiments(engine);
  const experimentsTree = new ExperimentsTree(experiments, views.experiments.view, views.experiments.fire);
  const artifacts = new Artifacts(experiments);
  const panels = new ComparisonPanels({ media: Uri.joinPath(context.extensionUri, "dist", "webview"), experiments, actions: pageActions({ experiments, artifacts }) });
  const documents = new Documents((uri) => engine.request(Requests.baselineText, { uri }));
  const setPaused = async (paused: boolean) => {
    await workspaceState.update(PAUSED, paused);
    await engine.ready();
    engine.notify(Notifications.paused, { paused });
  };
  const deps: Deps = { engine, suites, people, approvals, vault, documents, output, setPaused };
  const handlers: Handlers = { ...runCommands(deps), ...baselineCommands(deps), ...endpointCommands(deps), ...pipelineCommands({ ...deps, pipelines, runsTree }), ...trainingCommands({ ...deps, trainings, pipelines }), ...rolloutCommands({ ...deps, rollouts }), ...experimentCommands({ ...deps, experiments, panels, tree: experimentsTree }), ...secretCommands(deps), ...setupCommands(deps) };
  const authoring = createAuthoring(context, deps);

  engine.onState((state) => {
    if (state.kind === "failed") suites.set(undefined);
    statusBar.setEngine(state);
    if (state.kind === "running") {
      forwardMissed(engine, saved);
      // It asks the engine, which a look at the view alone does not start.
      views.experiments.fill(experimentsTree);
    }
  });
  forwardEvents(subscriptions, engine, statusBar);
  subscriptions.push(workspace.onDidSaveTextDocument(({ uri }) => void (engine.state.kind !== "running" && saved.add(uri.toString()))));
  subscriptions.push(output, pipelineOutput, statusBar, documents, engine, experiments, artifacts, panels, staleDecorations(), pipelineNotices(pipelines), trainingNotices(trainings), rolloutStatus(rollouts));
  subscriptions.push(...authoring.parts);

  return {
    restore: (panel, state) => panels.restore(panel, state),
    begin: async () => void (await engine.ready().catch(() => {})),
    stop: () => engine.stop(),
    execute: async (command, args) => {
      try {
        return await (handlers[command] ?? authoring.handlers[command])?.(...args);
      } catch (error) {
        if (!(error instanceof EngineUnavailable)) throw error;
        const restart = "Restart";
        if (await window.showErrorMessage(error.message, restart)) await commands.executeCommand("llmops.restartEngine");
      }
    },
  };
}

/** A save while the engine starts, for the first time or after a crash, is judged as soon as it runs. */
function forwardMissed(engine: Engine, saved: Set<string>): void {
  for (const uri of saved) engine.notify("textDocument/didSave", { textDocument: { uri: engine.uri(Uri.parse(uri)) } });
  saved.clear();
}

/** What happens in the window and matters to the engine. */
function forwardEvents(subscriptions: ExtensionContext["subscriptions"], engine: Engine, statusBar: StatusBar): void {
  subscriptions.push(
    workspace.onWillSaveTextDocument(({ document: { uri }, reason }) => {
      if (uri.scheme === "file") engine.notify(Notifications.saveReason, { uri: engine.uri(uri), reason: SAVE_REASONS.get(reason) ?? "manual" });
    }),
    workspace.onDidGrantWorkspaceTrust(() => {
      engine.notify(Notifications.trusted, {});
      statusBar.draw();
    }),
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("llmops")) {
        engine.notify(Notifications.settings, engineSettings());
        statusBar.draw();
      }
      if (engine.state.kind !== "off" && AT_START.some((name) => change.affectsConfiguration(name))) void engine.restart().catch(() => {});
    }),
    window.onDidChangeWindowState(({ focused }) => {
      if (focused) engine.notify(Notifications.focus, {});
    }),
  );
}
