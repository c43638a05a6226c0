import { join, parse } from "node:path";
import { URI } from "vscode-uri";
import type { Host } from "../../core/host.ts";
import { ProblemError } from "../../core/problem.ts";
import { relativePosix } from "../../core/config/settings.ts";
import { absolutePath, personOf, type Workspace } from "../../core/regression/workspace.ts";
import { contentHash } from "../../core/store/store.ts";
import { isOver } from "../../core/store/training/states.ts";
import { cancelTraining, findTraining, listTrainings, openTrainings, type TrainingRecord } from "../../core/store/training/trainings.ts";
import { watchStore } from "../../core/store/watch.ts";
import { checkFile, problemsOf, writeUnique } from "../../core/training/checks/checkFile.ts";
import { isRefused } from "../../core/training/checks/report.ts";
import { NothingToTrain, readDefinition, type TrainingDefinition, trainingsOf } from "../../core/training/definition.ts";
import { driveTraining } from "../../core/training/run/drive.ts";
import { startTraining } from "../../core/training/run/start.ts";
import { trainingPage } from "../../core/training/page.ts";
import { dataSentence, figuresOf, findingsSentence, stateSentence } from "../../core/training/words.ts";
import type { PipelineConsent } from "../../protocol/pipeline.ts";
import type { CheckedData, TrainingAction, TrainingOverview, TrainingProgressed, TrainingStarted, TrainingView } from "../../protocol/training.ts";

/** Progress is told at most this often, in milliseconds. */
const PROGRESS_MS = 150;

export interface TrainingWorkOptions {
  readonly host: Host;
  readonly sandbox: (workspace: Workspace) => Promise<string>;
  readonly mayCall: (origin: string) => boolean;
  readonly ask: (consent: PipelineConsent) => Promise<boolean>;
  readonly isAgreed: (hash: string) => boolean;
  readonly changed: (folder: string) => void;
  readonly progress: (progress: TrainingProgressed) => void;
}

/** Everything the server asks of trainings: it checks their data, and drives them. */
export class TrainingWork {
  private readonly options: TrainingWorkOptions;
  private readonly opened = new Set<string>();

  constructor(options: TrainingWorkOptions) {
    this.options = options;
  }

  async perform(folder: string, workspace: Workspace, action: TrainingAction, signal: AbortSignal): Promise<unknown> {
    const { store, host } = workspace;
    this.open(folder, workspace);
    switch (action.kind) {
      case "overview":
        return overviewOf(workspace);
      case "check":
        return this.check(workspace, action.uri, signal);
      case "start":
        return this.start(folder, workspace, action.name, action.again);
      case "cancel": {
        const training = found(workspace, action.key);
        if (training && cancelTraining(store, training, await personOf(workspace), host.clock.now())) this.drive(folder, workspace, training.key);
        return null;
      }
      case "page": {
        const training = found(workspace, action.key);
        return training ? trainingPage(store, training) : null;
      }
      case "unique": {
        const file = URI.parse(action.uri).fsPath;
        const { dir, name, ext } = parse(file);
        const to = join(dir, `${name}.unique${ext}`);
        const written = await writeUnique(workspace, file, to, signal).catch((error: NodeJS.ErrnoException) => {
          throw error.code === "EEXIST" ? new Error(`${name}.unique${ext} is there already, and nothing is overwritten.`) : error;
        });
        return { ...written, uri: URI.file(to).toString() };
      }
    }
  }

  /** Begins to watch a workspace, once; trainings that a closed window left go on. */
  private open(folder: string, workspace: Workspace): void {
    if (this.opened.has(workspace.root)) return;
    this.opened.add(workspace.root);
    const { store, host } = workspace;
    let seen = store.lastEvent();
    watchStore(store, host.clock, () => {
      const events = store.eventsAfter(seen);
      seen = events.at(-1)?.seq ?? seen;
      if (events.some(({ kind }) => kind === "training-changed")) this.options.changed(folder);
    });
    // A store can come with a repository, consent cannot: what runs a command goes on only where that was agreed to.
    for (const training of openTrainings(store)) {
      const definition = JSON.parse(training.definition) as TrainingDefinition;
      if (!("command" in definition.config) || this.options.isAgreed(hashOf(definition))) this.drive(folder, workspace, training.key, this.options.mayCall);
    }
  }

  private async check(workspace: Workspace, uri: string | undefined, signal: AbortSignal): Promise<CheckedData[]> {
    const files = uri === undefined ? (await trainingsOf(workspace)).map(({ config }) => absolutePath(workspace.root, config.data)) : [URI.parse(uri).fsPath];
    const checked: CheckedData[] = [];
    for (const file of new Set(files)) {
      const report = await checkFile(workspace, file, signal).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return undefined;
        throw error;
      });
      const summary = report ? `${dataSentence(report)}. ${findingsSentence(report)}` : `There is no file ${relativePosix(workspace.root, file)}.`;
      checked.push({ uri: URI.file(file).toString(), summary, refused: report === undefined || isRefused(report), problems: report?.groups.flatMap((group) => problemsOf(workspace, report, group)) ?? [] });
    }
    return checked;
  }

  private async start(folder: string, workspace: Workspace, wanted: string, again: boolean | undefined): Promise<TrainingStarted> {
    try {
      const { name, definition } = await readDefinition(workspace, wanted);
      const hash = hashOf(definition);
      if ("command" in definition.config && !this.options.isAgreed(hash)) {
        const agreed = await this.options.ask({ folder, hash, because: "you", byPerson: true, commands: [`training ${name}: ${definition.config.command}`] });
        if (!agreed) return { message: "Nothing was started." };
      }
      const key = await startTraining(workspace, { name, again, by: await personOf(workspace) });
      this.drive(folder, workspace, key);
      return { key };
    } catch (error) {
      if (error instanceof NothingToTrain || error instanceof ProblemError) return { message: error.message, ...(error instanceof NothingToTrain && error.last ? { known: true } : {}) };
      throw error;
    }
  }

  /** In the background: what becomes of it is told by the store. A person who starts it agrees to what it calls. */
  private drive(folder: string, workspace: Workspace, key: string, mayCall?: (origin: string) => boolean): void {
    const { host, sandbox, progress } = this.options;
    const onProgress = throttled(host, progress);
    void driveTraining({ workspace, sandbox: () => sandbox(workspace), mayCall, onProgress }, key, new AbortController().signal).catch((error) => host.log.error(`The training ${key} of ${folder} cannot go on: ${error instanceof Error ? error.stack : String(error)}`));
  }
}

async function overviewOf(workspace: Workspace): Promise<TrainingOverview> {
  const { root, store } = workspace;
  const named = await trainingsOf(workspace);
  const views = await Promise.all(
    named.map(async ({ name, config }) => {
      const { definition } = await readDefinition(workspace, name);
      const [last] = listTrainings(store, { name, limit: 1 });
      const data = [config.data, ...(config.validation === undefined ? [] : [config.validation])].map((path) => absolutePath(root, path));
      return { name, trainer: config.kind, data, environment: definition.environment, last: last && viewOf(last) };
    }),
  );
  return { trainings: views };
}

function viewOf(training: TrainingRecord): TrainingView {
  const { key, name, state, startedAt } = training;
  return { key, name, state, isOver: isOver(state), sentence: stateSentence(training), figures: figuresOf(training), startedAt };
}

function found({ store }: Workspace, key: string): TrainingRecord | undefined {
  const training = findTraining(store, key);
  return training === "several" ? undefined : training;
}

/** What a person agrees to when a training's command first runs here. */
function hashOf(definition: TrainingDefinition): string {
  return contentHash(JSON.stringify(["training", definition.config]));
}

/** Of what comes too fast the end of each part is told, and what is in between now and then. */
function throttled({ clock }: Host, tell: (progress: TrainingProgressed) => void): (progress: TrainingProgressed) => void {
  let last = -Infinity;
  let doing = "";
  return (progress) => {
    const now = clock.monotonic();
    if (progress.doing === doing && progress.done < progress.total && now - last < PROGRESS_MS) return;
    last = now;
    doing = progress.doing;
    tell(progress);
  };
}
