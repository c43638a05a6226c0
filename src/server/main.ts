import {
  createConnection,
  DidChangeWatchedFilesNotification,
  type InitializeParams,
  type InitializeResult,
  ProposedFeatures,
  TextDocumentContentChangeEvent,
  TextDocumentSyncKind,
} from "vscode-languageserver/node";
import picomatch from "picomatch";
import { URI } from "vscode-uri";
import type { Log } from "../core/host.ts";
import { type AcceptResult, type CaseAtParams, type CaseDetailsParams, FromEngine, type InitializationOptions, Notifications, Requests, type RunParams, type RunResult, type SecretResult, type Settings, type StoredApprovals } from "../protocol/messages.ts";
import { actionsFor } from "./actions.ts";
import { EngineCommands } from "./commands.ts";
import { hoverFor } from "./hover.ts";
import { LANGUAGE_CAPABILITIES, LANGUAGE_FILES, LanguageFront } from "./language/front.ts";
import { lensesFor } from "./lenses.ts";
import type { AuthoringParams } from "../protocol/authoring.ts";
import type { ExperimentsParams } from "../protocol/experiments.ts";
import type { RolloutsOverview, RolloutsParams } from "../protocol/rollouts.ts";
import type { PipelineParams } from "../protocol/pipeline.ts";
import type { TrainingParams } from "../protocol/training.ts";
import { Pipelines } from "./pipelines.ts";
import { Publisher } from "./publisher.ts";
import { Requester } from "./requests.ts";
import { type SaveReason, Session } from "./session.ts";
import { Trainings } from "./trainings.ts";
import { WorkerClient } from "./workerClient.ts";

/** Editors that say nothing get this: they are trusted, since a person started the server there. */
const DEFAULTS: InitializationOptions = {
  trusted: true,
  settings: { runOnSave: true, diagnostics: true, codeLens: true, tokenHints: false },
  approvals: { origins: [], secrets: [] },
  paused: false,
};

const UNTRUSTED = "The workspace is not trusted: nothing in it is read or run.";

/** Files whose coming, going or changing outside the editor may make a suite another. */
const WATCHED = ["**/promptfooconfig*.{yaml,yml,json}", "**/*.prompt.{yml,yaml}", "**/llmops.{yaml,baseline.json}"];

const isWatched = picomatch(WATCHED, { dot: true });

/** Serves editors: `lsp --stdio`, or over the channel of the process that forked it. */
export function startServer(): Promise<void> {
  const connection = process.argv.includes("--stdio") || process.send === undefined ? createConnection(ProposedFeatures.all, process.stdin, process.stdout) : createConnection(ProposedFeatures.all);
  const log: Log = {
    debug: (message) => connection.console.debug(message),
    info: (message) => connection.console.info(message),
    warn: (message) => connection.console.warn(message),
    error: (message) => connection.console.error(message),
  };
  let options = DEFAULTS;
  let folders: string[] = [];
  let session: Session | undefined;
  let worker: WorkerClient | undefined;
  let requests: Requester | undefined;
  let publisher: Publisher | undefined;
  let pipelines: Pipelines | undefined;
  let trainings: Trainings | undefined;
  const language = new LanguageFront(connection, log, () => options.settings.tokenHints);
  const saveReasons = new Map<string, SaveReason>();
  let refreshesLenses = false;
  let followsFolders = false;

  connection.onInitialize((params: InitializeParams): InitializeResult => {
    options = { ...DEFAULTS, ...(params.initializationOptions as Partial<InitializationOptions> | undefined) };
    folders = (params.workspaceFolders ?? (params.rootUri ? [{ uri: params.rootUri }] : [])).map((folder) => URI.parse(folder.uri)).filter((uri) => uri.scheme === "file").map((uri) => uri.fsPath);
    followsFolders = params.capabilities.workspace?.workspaceFolders === true;
    refreshesLenses = params.capabilities.workspace?.codeLens?.refreshSupport === true;
    return {
      serverInfo: { name: "llmops" },
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: { includeText: false } },
        codeLensProvider: {},
        ...LANGUAGE_CAPABILITIES,
        hoverProvider: true,
        executeCommandProvider: { commands: Object.values(EngineCommands) },
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      },
    };
  });

  connection.onInitialized(() => {
    void connection.client.register(DidChangeWatchedFilesNotification.type, { watchers: [...WATCHED, LANGUAGE_FILES].map((globPattern) => ({ globPattern })) }).catch(() => {});
    if (followsFolders) connection.workspace.onDidChangeWorkspaceFolders(({ added }) => {
      for (const folder of added.map(({ uri }) => URI.parse(uri)).filter(({ scheme }) => scheme === "file").map(({ fsPath }) => fsPath)) {
        folders.push(folder);
        void session?.discover(folder);
        lookAt(folder);
        language.addFolder(folder);
      }
    });
    if (options.trusted) begin();
  });

  const tellRollouts = (folder: string, overview: RolloutsOverview) => void connection.sendNotification(FromEngine.rolloutsChanged, { folder: URI.file(folder).toString(), overview });
  const lookAt = (folder: string) => {
    pipelines?.changed(folder);
    trainings?.changed(folder);
    worker?.ask<RolloutsOverview>({ kind: "rollouts", folder, action: { kind: "overview" } }).then(
      (overview) => tellRollouts(folder, overview),
      (error: Error) => log.warn(`The rollouts of ${folder} cannot be read: ${error.message}`),
    );
  };
  /** Nothing of an untrusted workspace is read or run: this happens once there is trust. */
  const begin = () => {
    if (session) return;
    worker = new WorkerClient({
      entry: process.argv[1] as string,
      log,
      approvals: options.approvals,
      events: {
        changed: (files) => void Promise.all(files.map((file) => session?.refresh(file))),
        askSecret: async (name, origin) => {
          const result = await connection.sendRequest<SecretResult>(FromEngine.secret, { name, origin }).catch((): SecretResult => ({ missing: true }));
          return "value" in result ? result : "refused" in result ? "refused" : "missing";
        },
        pipelineChanged: (folder) => pipelines?.changed(folder),
        trainingChanged: (folder) => trainings?.changed(folder),
        trainingProgress: (progress) => void connection.sendNotification(FromEngine.trainingProgress, progress),
        pipelineOutput: (text) => void connection.sendNotification(FromEngine.pipelineOutput, { text }),
        rolloutsChanged: (folder, overview) => tellRollouts(folder, overview),
        experimentsChanged: () => void connection.sendNotification(FromEngine.experimentsChanged),
        askPipeline: async (consent) => (await pipelines?.consent(consent)) ?? false,
        crashed: (reason) => {
          log.error(`The process that runs suites ended (${reason}). It starts again when it is needed; everything it had finished is in the store.`);
          for (const folder of folders) lookAt(folder);
        },
      },
    });
    session = new Session(worker, options.settings, log);
    session.paused = options.paused;
    pipelines = new Pipelines(connection, worker, log);
    trainings = new Trainings({ connection, worker, log, publish: (file, diagnostics) => publisher?.setData(file, diagnostics) });
    for (const folder of folders) lookAt(folder);
    requests = new Requester(session, worker, folders);
    publisher = new Publisher(connection, session, { codeLensRefresh: refreshesLenses });
    language.begin(folders, (file, diagnostics) => publisher?.setTyped(file, diagnostics));
    // Said even when nothing was found: the editor then knows that there is nothing.
    void Promise.all(folders.map((folder) => session?.discover(folder))).then(() => session?.board.changed());
  };

  // Suites are read from the disk when they are saved; what is typed matters to the language, and its place to verdicts.
  connection.onDidOpenTextDocument(({ textDocument }) => {
    language.documents.open(textDocument);
    language.touched();
  });
  connection.onDidChangeTextDocument(({ textDocument, contentChanges }) => {
    for (const change of contentChanges) {
      if (TextDocumentContentChangeEvent.isIncremental(change)) publisher?.edited(URI.parse(textDocument.uri).fsPath, change.range, change.text);
    }
    language.documents.change(textDocument.uri, textDocument.version, contentChanges);
    language.touched();
  });
  connection.onDidCloseTextDocument(({ textDocument }) => {
    language.documents.close(textDocument.uri);
    language.touched();
  });
  connection.onDidSaveTextDocument(({ textDocument }) => {
    const reason = saveReasons.get(textDocument.uri) ?? "manual";
    saveReasons.delete(textDocument.uri);
    session?.saved(URI.parse(textDocument.uri).fsPath, reason);
    trainings?.filesChanged([URI.parse(textDocument.uri).fsPath]);
  });
  connection.onDidChangeWatchedFiles(({ changes }) => {
    language.filesChanged(changes.map(({ uri }) => uri));
    const files = changes.map(({ uri }) => URI.parse(uri).fsPath);
    pipelines?.filesChanged();
    trainings?.filesChanged(files);
    if (!files.some((file) => isWatched(file.replaceAll("\\", "/")))) return;
    void session?.rediscover();
    for (const folder of folders) lookAt(folder);
  });

  connection.onCodeLens(({ textDocument }) => {
    if (!session || !session.settings.codeLens) return [];
    const file = URI.parse(textDocument.uri).fsPath;
    const entries = session.board.all().filter(({ suite }) => suite.file === file || suite.prompts.some((prompt) => prompt.location.file === file));
    return lensesFor(file, entries);
  });
  connection.onCodeAction(({ textDocument, context }) => actionsFor(textDocument.uri, context.diagnostics));
  connection.onHover(async ({ textDocument, position }) => {
    if (!session) return null;
    const found = await language.hover({ textDocument, position });
    if (found) return found;
    const file = URI.parse(textDocument.uri).fsPath;
    return hoverFor(file, position.line, session.board.withPromptIn(file), Date.now());
  });
  connection.onExecuteCommand(({ command, arguments: args }) => requests?.execute(command, args ?? []));

  connection.onRequest(Requests.run, async (params: RunParams): Promise<RunResult> => (await requests?.run(params)) ?? { suites: [] });
  connection.onRequest(Requests.cancel, (params: { uri?: string }) => session?.cancel(params.uri === undefined ? undefined : URI.parse(params.uri).fsPath));
  connection.onRequest(Requests.accept, async (params: { uri: string }): Promise<AcceptResult> => (await requests?.accept(params.uri)) ?? { accepted: false, message: UNTRUSTED });
  connection.onRequest(Requests.baselineText, async (params: { uri: string }) => (await requests?.baselineText(params.uri)) ?? null);
  connection.onRequest(Requests.caseAt, async (params: CaseAtParams) => (await requests?.caseAt(params)) ?? null);
  connection.onRequest(Requests.caseDetails, async (params: CaseDetailsParams) => (await requests?.caseDetails(params)) ?? UNTRUSTED);
  connection.onRequest(Requests.brokenCases, (params: { uri: string }) => requests?.brokenCases(params.uri) ?? []);
  connection.onRequest(Requests.suites, () => requests?.suites() ?? []);
  connection.onRequest(Requests.testEndpoint, async (params: { name?: string }) => (await requests?.testEndpoints(params.name)) ?? []);
  connection.onRequest(Requests.pipeline, async (params: PipelineParams) => (await pipelines?.ask(params)) ?? null);
  connection.onRequest(Requests.training, async (params: TrainingParams) => (await trainings?.ask(params)) ?? null);
  connection.onRequest(Requests.authoring, async (params: AuthoringParams) => (await requests?.authoring(params)) ?? null);
  connection.onRequest(Requests.cancelAuthoring, () => requests?.cancelAuthoring());
  connection.onRequest(Requests.experiments, async ({ folder, action }: ExperimentsParams) => (await worker?.ask({ kind: "experiments", folder: URI.parse(folder).fsPath, action })) ?? null);
  connection.onRequest(Requests.rollouts, async ({ folder, action }: RolloutsParams) => (await worker?.ask({ kind: "rollouts", folder: URI.parse(folder).fsPath, action })) ?? null);
  connection.onRequest(Requests.doctor, async () => (await requests?.doctor()) ?? UNTRUSTED);

  connection.onNotification(Notifications.settings, (settings: Settings) => {
    options = { ...options, settings };
    if (session) session.settings = settings;
    session?.board.changed();
  });
  connection.onNotification(Notifications.paused, ({ paused }: { paused: boolean }) => {
    options = { ...options, paused };
    if (session) session.paused = paused;
    session?.board.changed();
  });
  connection.onNotification(Notifications.approvals, (approvals: StoredApprovals) => {
    options = { ...options, approvals };
    worker?.approve(approvals);
  });
  connection.onNotification(Notifications.trusted, () => {
    options = { ...options, trusted: true };
    begin();
  });
  connection.onNotification(Notifications.saveReason, ({ uri, reason }: { uri: string; reason: SaveReason }) => void saveReasons.set(uri, reason));
  connection.onNotification(Notifications.focus, () => {
    void session?.rediscover();
    for (const folder of folders) lookAt(folder);
  });

  const end = () => {
    session?.dispose();
    void language.dispose();
    pipelines?.dispose();
    trainings?.dispose();
    worker?.close();
  };
  connection.onShutdown(end);
  process.on("disconnect", () => {
    end();
    process.exit(0);
  });
  connection.listen();
  return new Promise(() => {});
}
