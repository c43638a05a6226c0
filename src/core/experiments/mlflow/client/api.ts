import * as z from "zod";
import type { Http, HttpResponse } from "../../../host.ts";
import { type Api, ApiError, apiAt, excerpt, parsed } from "../../../restApi.ts";
import { integer, metric, param, status, tag } from "../wire.ts";

const errorSchema = z.object({ error_code: z.string(), message: z.string().default("") });
const infoSchema = z.object({ run_id: z.string(), experiment_id: z.string(), run_name: z.string().nullish(), status, start_time: integer.nullish(), end_time: integer.nullish(), artifact_uri: z.string().nullish(), lifecycle_stage: z.string().nullish() });
const runSchema = z.object({ info: infoSchema, data: z.object({ metrics: z.array(metric).default([]), params: z.array(param).default([]), tags: z.array(tag).default([]) }).default({ metrics: [], params: [], tags: [] }) });
export type RemoteRun = z.infer<typeof runSchema>;
const page = z.object({ next_page_token: z.string().nullish() });

/** Codes of answers that are expected; of those a call gives `undefined`. */
type Expected = "RESOURCE_DOES_NOT_EXIST" | "RESOURCE_ALREADY_EXISTS";

/** MLflow's tracking server, as its REST API is documented (https://mlflow.org/docs/latest/rest-api.html). */
export class MlflowApi {
  private readonly api: Api;
  private readonly name: string;

  constructor(http: Pick<Http, "send">, url: string, headers: () => Promise<Record<string, string>>) {
    this.name = `MLflow at ${url}`;
    this.api = apiAt(http, { name: this.name, base: url, headers });
  }

  /** The id of an experiment, which is made where there is none. */
  async experiment(name: string): Promise<string> {
    const found = await this.findExperiment(name);
    if (found !== undefined) return found;
    const made = await this.post("experiments/create", { name }, z.object({ experiment_id: z.string() }), "RESOURCE_ALREADY_EXISTS");
    return made?.experiment_id ?? (await this.findExperiment(name))!;
  }

  async findExperiment(name: string): Promise<string | undefined> {
    const found = await this.get("experiments/get-by-name", { experiment_name: name }, z.object({ experiment: z.object({ experiment_id: z.string() }) }), "RESOURCE_DOES_NOT_EXIST");
    return found?.experiment.experiment_id;
  }

  /** All runs of an experiment that a filter takes, with the last value of each metric. */
  async *runs(experiment: string, filter?: string): AsyncIterable<RemoteRun> {
    let token: string | undefined;
    do {
      const answer = await this.post("runs/search", { experiment_ids: [experiment], filter, max_results: 200, page_token: token }, page.extend({ runs: z.array(runSchema).default([]) }));
      yield* answer!.runs;
      token = answer!.next_page_token ?? undefined;
    } while (token);
  }

  async createRun(experiment: string, run: { readonly name: string | undefined; readonly startedAt: number; readonly tags: Readonly<Record<string, string>> }): Promise<RemoteRun> {
    const body = { experiment_id: experiment, run_name: run.name, start_time: run.startedAt, tags: pairs(run.tags) };
    return (await this.post("runs/create", body, z.object({ run: runSchema })))!.run;
  }

  /** Within MLflow's limits of a batch; the same once more changes nothing. */
  async logBatch(run: string, batch: { readonly metrics?: readonly object[]; readonly params?: readonly object[]; readonly tags?: readonly object[] }): Promise<void> {
    await this.post("runs/log-batch", { run_id: run, ...batch }, z.object({}));
  }

  async updateRun(run: string, change: { readonly status: string; readonly end_time?: number }): Promise<void> {
    await this.post("runs/update", { run_id: run, ...change }, z.object({}));
  }

  /** Every point of a metric. */
  async *history(run: string, key: string): AsyncIterable<z.infer<typeof metric>> {
    let token: string | undefined;
    do {
      const answer = await this.get("metrics/get-history", { run_id: run, metric_key: key, max_results: "25000", ...(token && { page_token: token }) }, page.extend({ metrics: z.array(metric).default([]) }));
      yield* answer!.metrics;
      token = answer!.next_page_token ?? undefined;
    } while (token);
  }

  /** @param uri of a run's artifacts. `false`: they do not lie with the server, which then cannot take a file. */
  async putArtifact(uri: string, path: string, content: Uint8Array): Promise<boolean> {
    if (!uri.startsWith("mlflow-artifacts:")) return false;
    const folder = uri.replace(/^mlflow-artifacts:(\/\/[^/]*)?\/*/, "");
    const response = await this.api.send({ method: "PUT", path: `/api/2.0/mlflow-artifacts/artifacts/${[...folder.split("/"), ...path.split("/")].map(encodeURIComponent).join("/")}`, bytes: content });
    if (response.status !== 200) throw this.refusal(`the artifact ${path}`, response);
    return true;
  }

  /** Makes a version of a registered model from a run, unless there is one, and points an alias at it. Returns the version. */
  async register(model: string, run: string, source: string, alias: string | undefined): Promise<string> {
    await this.post("registered-models/create", { name: model }, z.object({}), "RESOURCE_ALREADY_EXISTS");
    const versions = await this.get("model-versions/search", { filter: `name = '${model.replaceAll("'", "")}' and run_id = '${run}'` }, z.object({ model_versions: z.array(z.object({ version: z.string() })).default([]) }));
    const version = versions!.model_versions[0]?.version ?? (await this.post("model-versions/create", { name: model, source, run_id: run }, z.object({ model_version: z.object({ version: z.string() }) })))!.model_version.version;
    if (alias !== undefined) await this.post("registered-models/alias", { name: model, alias, version }, z.object({}));
    return version;
  }

  private get<T>(what: string, query: Readonly<Record<string, string>>, schema: z.ZodType<T>, expected?: Expected): Promise<T | undefined> {
    return this.ask(what, { path: `/api/2.0/mlflow/${what}?${new URLSearchParams(query)}` }, schema, expected);
  }

  private post<T>(what: string, json: object, schema: z.ZodType<T>, expected?: Expected): Promise<T | undefined> {
    return this.ask(what, { method: "POST", path: `/api/2.0/mlflow/${what}`, json }, schema, expected);
  }

  private async ask<T>(what: string, call: Parameters<Api["send"]>[0], schema: z.ZodType<T>, expected: Expected | undefined): Promise<T | undefined> {
    const response = await this.api.send(call);
    if (response.status === 200) return parsed(this.name, schema, response.body);
    if (expected !== undefined && codeOf(response) === expected) return undefined;
    throw this.refusal(what, response);
  }

  private refusal(what: string, response: HttpResponse): ApiError {
    const advice = response.status === 401 || response.status === 403 ? " Check its user, password or token, and what they may do." : "";
    return new ApiError(`${this.name} refused ${what} with HTTP ${response.status}: ${messageOf(response)}${advice}`, false);
  }
}

export function pairs(values: Readonly<Record<string, string>> | ReadonlyMap<string, string>): { readonly key: string; readonly value: string }[] {
  return [...(values instanceof Map ? values : Object.entries(values))].map(([key, value]) => ({ key, value }));
}

function errorOf({ body }: HttpResponse): z.infer<typeof errorSchema> | undefined {
  try {
    return errorSchema.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
}

function codeOf(response: HttpResponse): string | undefined {
  return errorOf(response)?.error_code;
}

function messageOf(response: HttpResponse): string {
  return excerpt(errorOf(response)?.message ?? response.body);
}
