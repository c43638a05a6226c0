import { originOf } from "../../core/config/approvals.ts";
import { loadConfig } from "../../core/config/load.ts";
import { Redactor } from "../../core/config/redactor.ts";
import { resolveReferences } from "../../core/config/references.ts";
import { MlflowApi } from "../../core/experiments/mlflow/client/api.ts";
import { pullExperiment } from "../../core/experiments/mlflow/client/pull.ts";
import { pushRun, type Pushed } from "../../core/experiments/mlflow/client/push.ts";
import { ProblemError } from "../../core/problem.ts";
import type { Workspace } from "../../core/regression/workspace.ts";
import { searchRuns } from "../../core/store/experiments/search.ts";
import { EXIT } from "../exit.ts";
import type { Front } from "../front.ts";
import { UsageError } from "../usage.ts";
import { runNamed } from "./find.ts";

const PAGE = 500;

interface Connection {
  readonly api: MlflowApi;
  /** What `llmops.yaml` calls the experiment there. */
  readonly experiment: string | undefined;
}

/** The server that `experiments.mlflow` of `llmops.yaml` names. @throws {UsageError | ProblemError} */
async function connect({ root, disk, host }: Workspace): Promise<Connection> {
  const { config, problems } = await loadConfig({ snapshot: disk, root });
  const mistake = problems.find(({ severity }) => severity === "error");
  if (mistake) throw new ProblemError(mistake);
  const settings = config?.experiments?.mlflow;
  if (!settings) throw new UsageError("llmops.yaml does not say where MLflow is. Add experiments: { mlflow: { url: http://127.0.0.1:5000 } }.");
  const { url, experiment, username, password, token } = settings;
  const origin = originOf(url)!;
  const env = (name: string) => Promise.resolve(host.env[name] === undefined ? ("missing" as const) : { value: host.env[name] });
  const resolve = (text: string) => resolveReferences(text, origin, { secret: (name) => host.secrets.get(name, origin), env }, new Redactor());
  const authorization = async () => {
    if (token !== undefined) return `Bearer ${await resolve(token)}`;
    return password === undefined ? undefined : `Basic ${Buffer.from(`${username ?? ""}:${await resolve(password)}`).toString("base64")}`;
  };
  return { experiment, api: new MlflowApi(host.http, url, async () => ({ ...((await authorization()) === undefined ? {} : { authorization: (await authorization())! }) })) };
}

interface PushOptions {
  experiment?: string;
  model?: string;
  alias?: string;
  json?: boolean;
}

/** Brings runs to the MLflow server: those that are named, else all that have ended and are not archived. */
export async function pushCommand(front: Front, keys: readonly string[], options: PushOptions): Promise<number> {
  if (options.alias !== undefined && options.model === undefined) throw new UsageError("--alias is of a registered model: name it with --model.");
  if (options.model !== undefined && keys.length !== 1) throw new UsageError("--model registers one run: name it.");
  const workspace = await front.workspace();
  const { api, experiment } = await connect(workspace);
  const runs = keys.length > 0 ? keys.map((key) => runNamed(workspace.store, key)) : ended(workspace);
  const pushed: Pushed[] = [];
  for (const run of runs) {
    front.signal.throwIfAborted();
    const done = await pushRun(workspace.store, api, run, options.experiment ?? experiment ?? run.experiment);
    for (const file of done.left) front.say(`${run.key.slice(0, 8)} ${file}.`);
    if (!options.json) front.print(`${run.key.slice(0, 8)} → ${done.remote}${done.created ? "" : " (was there)"}, ${done.points} ${done.points === 1 ? "point" : "points"}`);
    pushed.push(done);
  }
  const [first] = pushed;
  const version = options.model === undefined || !first ? undefined : await api.register(options.model, first.remote, `runs:/${first.remote}/`, options.alias);
  if (options.json) front.print(JSON.stringify({ runs: pushed, version }));
  else if (version !== undefined) front.print(`${options.model} version ${version}${options.alias === undefined ? "" : `, alias ${options.alias}`}`);
  else if (pushed.length === 0) front.print("There is no run to push.");
  return pushed.some(({ left }) => left.length > 0) ? EXIT.error : EXIT.ok;
}

export async function pullCommand(front: Front, options: { experiment?: string; json?: boolean }): Promise<number> {
  const { store, host, ...rest } = await front.workspace();
  const { api, experiment } = await connect({ store, host, ...rest });
  const name = options.experiment ?? experiment;
  if (name === undefined) throw new UsageError("Name the experiment there with --experiment, or as experiments.mlflow.experiment in llmops.yaml.");
  const pulled = await pullExperiment(store, host.clock.now, api, name);
  if (!pulled) throw new UsageError(`MLflow has no experiment named ${JSON.stringify(name)}.`);
  front.print(options.json ? JSON.stringify(pulled) : `${pulled.created} new, ${pulled.updated} brought up to date, ${pulled.own} from here.`);
  return EXIT.ok;
}

/** Parents before what is part of them. */
function ended({ store }: Workspace): ReturnType<typeof searchRuns> {
  const all: ReturnType<typeof searchRuns> = [];
  for (let offset = 0; ; offset += PAGE) {
    const page = searchRuns(store, { sort: [{ field: { of: "attribute", name: "start_time" }, descending: false }], limit: PAGE, offset });
    all.push(...page);
    if (page.length < PAGE) return all.filter(({ status }) => status !== "running");
  }
}
