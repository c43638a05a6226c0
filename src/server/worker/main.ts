import { ProblemError } from "../../core/problem.ts";
import { AcceptRefused } from "../../core/regression/baseline/accept.ts";
import { ConsentNeeded, SuiteInvalid } from "../../core/regression/evaluate.ts";
import { BudgetError } from "../../core/evals/run/caller.ts";
import { BudgetExceeded } from "../../core/evals/run/runner.ts";
import type { Log } from "../../core/host.ts";
import { nodeHost } from "../../engine/nodeHost.ts";
import { lazySandbox } from "../../engine/sandbox.ts";
import type { Failure, FromWorker, ToWorker } from "./messages.ts";
import type { ExperimentWork } from "./experimentWork.ts";
import { EditorSecrets } from "./secrets.ts";
import type { PipelineConsent } from "../../protocol/pipeline.ts";
import type { PipelineWork } from "./pipelineWork.ts";
import type { TrainingWork } from "./trainingWork.ts";
import type { RolloutWork } from "./rolloutWork.ts";
import { Work } from "./work.ts";

/**
 * The process that reads and runs suites for the language server: templates, grading and SQLite never
 * delay a hover there. It ends with its parent.
 */
export function startWorker(): Promise<void> {
  const send = (message: FromWorker) => void process.send?.(message);
  const say = (level: "debug" | "info" | "warn" | "error") => (message: string) => send({ kind: "log", level, message });
  const log: Log = { debug: say("debug"), info: say("info"), warn: say("warn"), error: say("error") };
  const secrets = new EditorSecrets(process.env, (id, name, origin) => send({ kind: "askSecret", id, name, origin }));
  const host = nodeHost({ entry: process.argv[1] as string, env: process.env, secrets, log });
  const sandbox = lazySandbox();
  const work = new Work({ host, sandbox: sandbox.url, mayCall: (origin) => secrets.mayCall(origin), changed: (suites) => send({ kind: "changed", suites }), runsChanged: () => send({ kind: "experimentsChanged" }) });
  const questions = new Map<number, (agreed: boolean) => void>();
  const ask = (consent: PipelineConsent) =>
    new Promise<boolean>((resolve) => {
      const question = questions.size + 1;
      questions.set(question, resolve);
      send({ kind: "askPipeline", question, consent });
    });
  let trainings: Promise<TrainingWork> | undefined;
  const training = () =>
    (trainings ??= import("./trainingWork.ts").then(
      (module) =>
        new module.TrainingWork({
          host,
          sandbox: sandbox.url,
          mayCall: (origin) => secrets.mayCall(origin),
          isAgreed: (hash) => secrets.isAgreed(hash),
          ask,
          changed: (folder) => send({ kind: "trainingChanged", folder }),
          progress: (progress) => send({ kind: "trainingProgress", progress }),
        }),
    ));
  let pipelines: Promise<PipelineWork> | undefined;
  // Loaded with the first question about one: most workspaces have none.
  const pipeline = () =>
    (pipelines ??= import("./pipelineWork.ts").then(
      (module) =>
        new module.PipelineWork({
          host,
          sandbox: sandbox.url,
          mayCall: (origin) => secrets.mayCall(origin),
          isAgreed: (hash) => secrets.isAgreed(hash),
          ask,
          changed: (folder) => send({ kind: "pipelineChanged", folder }),
          output: (text) => send({ kind: "pipelineOutput", text }),
        }),
    ));
  let comparisons: Promise<ExperimentWork> | undefined;
  const experiments = () => (comparisons ??= import("./experimentWork.ts").then((module) => new module.ExperimentWork(() => send({ kind: "experimentsChanged" }))));
  let rolling: Promise<RolloutWork> | undefined;
  const rollouts = () => (rolling ??= import("./rolloutWork.ts").then((module) => new module.RolloutWork((folder, overview) => send({ kind: "rolloutsChanged", folder, overview }))));
  const running = new Map<number, AbortController>();

  const answer = async (message: Extract<ToWorker, { id: number }>) => {
    const control = new AbortController();
    running.set(message.id, control);
    try {
      send({ kind: "answer", id: message.id, value: await perform(message, control.signal) });
    } catch (error) {
      send({ kind: "failed", id: message.id, failure: control.signal.aborted ? { reason: "cancelled" } : failureOf(error, log) });
    } finally {
      running.delete(message.id);
    }
  };
  const perform = (message: Extract<ToWorker, { id: number }>, signal: AbortSignal): Promise<unknown> => {
    switch (message.kind) {
      case "discover":
        return work.discover(message.folder);
      case "describe":
        return work.describe(message.file);
      case "remember":
        return work.remember(message.file);
      case "run":
        return work.run(message.file, message.request, signal, (done, total) => send({ kind: "progress", id: message.id, done, total }));
      case "accept":
        return work.accept(message.file, signal);
      case "case":
        return work.caseDetails(message.file, message.caseId, signal);
      case "caseAt":
        return work.caseAt(message.file, message.at);
      case "testEndpoints":
        return work.testEndpoints(message.folder, message.name, signal);
      case "doctor":
        return work.doctor(message.folder);
      case "authoring":
        return work.authoring(message.file, message.action, signal);
      case "experiments":
        return experiments().then(async (made) => made.perform(await work.workspace(message.folder), message.action));
      case "rollouts":
        return rollouts().then(async (made) => made.perform(message.folder, await work.workspace(message.folder), message.action));
      case "pipeline":
        return pipeline().then(async (made) => made.perform(message.folder, await work.workspace(message.folder), message.action));
      case "training":
        return training().then(async (made) => made.perform(message.folder, await work.workspace(message.folder), message.action, signal));
      default:
        throw new Error(`The worker does not know ${message.kind}.`);
    }
  };

  process.on("message", (raw) => {
    // Both ends are of the same bundle: what arrives is what `ToWorker` says.
    const message = raw as ToWorker;
    if (message.kind === "cancel") running.get(message.id)?.abort(new Error("Cancelled."));
    else if (message.kind === "approvals") secrets.approve(message.approvals);
    else if (message.kind === "pipelineConsent") questions.get(message.question)?.(message.agreed);
    else if (message.kind === "secret") secrets.answered(message.id, message.result);
    else void answer(message);
  });
  process.on("disconnect", () => process.exit(0));
  send({ kind: "ready" });
  return new Promise(() => {});
}

function failureOf(error: unknown, log: Log): Failure {
  if (error instanceof SuiteInvalid) return { reason: "invalid", problems: error.problems };
  if (error instanceof ProblemError) return { reason: "invalid", problems: [error.problem] };
  if (error instanceof ConsentNeeded) return { reason: "consent", origins: error.origins, message: error.message };
  if (error instanceof BudgetExceeded || error instanceof BudgetError) return { reason: "budget", message: error.message };
  if (error instanceof AcceptRefused) return { reason: "refused", message: error.message };
  if (error instanceof Error) log.error(error.stack ?? error.message);
  return { reason: "error", message: error instanceof Error ? error.message : String(error) };
}
