import { strFromU8, unzipSync } from "fflate";
import * as z from "zod";
import type { Clock, Http, HttpResponse } from "../host.ts";
import { ApiError, type Api, apiAt, parsed, unexpected } from "../restApi.ts";
import type { JobBackend, JobState } from "./backend.ts";
import { resultsIn } from "./results.ts";

const MAX_BYTES = 256 * 2 ** 20;
/** A run shows up in the list some seconds after it was dispatched. */
const LISTED_TRIES = 10;
const LISTED_MS = 3000;
/** How many of the workflow's newest runs are looked through for one with a key. */
const PAGES = 3;
/** Begins every line of a log. */
const TIMESTAMP = /^\uFEFF?\d{4}-\d\d-\d\dT[\d:.]+Z /gm;
/** The inputs' limit, less the other inputs. */
const MAX_INPUT = 60_000;

const runSchema = z.object({ id: z.number(), status: z.string().nullish(), conclusion: z.string().nullish(), display_title: z.string().nullish(), html_url: z.string().nullish() });
const dispatched = z.object({ workflow_run_id: z.number() });
const runsSchema = z.object({ workflow_runs: z.array(runSchema) });
const jobsSchema = z.object({ jobs: z.array(z.object({ id: z.number(), name: z.string(), status: z.string() })) });
const artifactsSchema = z.object({ artifacts: z.array(z.object({ name: z.string(), expired: z.boolean().optional(), archive_download_url: z.string() })) });

export interface GithubActionsOptions {
  /** `https://api.github.com`, or an enterprise server's. */
  readonly api: string;
  /** `owner/name`. */
  readonly repository: string;
  /** File name of the workflow, which is there at `ref`. */
  readonly workflow: string;
  readonly ref: string;
  readonly token: () => Promise<string>;
}

/**
 * A workflow that takes `key`, `shards` and `task` and is named by its key, as `llmops ci init github-jobs` writes it,
 * started by workflow_dispatch (https://docs.github.com/en/rest/actions/workflows). GitHub knows no idempotency key: a
 * run of whose start nobody knows is looked for by its name before another is started.
 */
export function githubActionsBackend(http: Pick<Http, "send">, clock: Pick<Clock, "sleep">, { api: base, repository, workflow, ref, token }: GithubActionsOptions): JobBackend {
  const name = `GitHub Actions of ${repository}`;
  const headers = async () => ({ authorization: `Bearer ${await token()}`, accept: "application/vnd.github+json", "x-github-api-version": "2022-11-28", "user-agent": "llmops" });
  const api = apiAt(http, { name, base, headers });
  const path = `/repos/${repository}/actions`;

  const get = async <T>(where: string, schema: z.ZodType<T>): Promise<T> => {
    const response = await api.send({ path: where });
    if (response.status !== 200) throw unexpected(name, `answered for ${where}`, response);
    return parsed(name, schema, response.body);
  };

  const find = async (key: string): Promise<string | undefined> => {
    for (let page = 1; page <= PAGES; page++) {
      const { workflow_runs: runs } = await get(`${path}/workflows/${workflow}/runs?event=workflow_dispatch&per_page=100&page=${page}`, runsSchema);
      const found = runs.find((run) => run.display_title === titleOf(key));
      if (found) return String(found.id);
      if (runs.length < 100) return undefined;
    }
    return undefined;
  };

  /** After a dispatch whose run is not known, it takes a while until it is listed. */
  const findListed = async (key: string): Promise<string | undefined> => {
    for (let tries = 0; tries < LISTED_TRIES; tries++) {
      const found = await find(key);
      if (found !== undefined) return found;
      await clock.sleep(LISTED_MS);
    }
    return undefined;
  };

  const jobOf = async (id: string, shard: number) => {
    const { jobs } = await get(`${path}/runs/${id}/jobs?per_page=100&page=${Math.floor(shard / 100) + 1}`, jobsSchema);
    return jobs.find((job) => job.name === `shard (${shard})`);
  };

  return {
    name,
    carriesFiles: false,
    async submit(key, { env, shards }) {
      const task = env["LLMOPS_JOB"] ?? "";
      if (task.length > MAX_INPUT) throw new ApiError(`What the job has to do is ${task.length} characters; a workflow's input takes ${MAX_INPUT}. Evaluate fewer suites in one step.`, false);
      const inputs = { key, shards: JSON.stringify(Array.from({ length: shards }, (_, shard) => shard)), task };
      let response: HttpResponse;
      try {
        response = await api.send({ method: "POST", path: `${path}/workflows/${workflow}/dispatches`, json: { ref, inputs, return_run_details: true } });
      } catch (error) {
        const started = error instanceof ApiError && error.passing ? await findListed(key) : undefined;
        if (started === undefined) throw error;
        return started;
      }
      if (response.status === 200) return String(parsed(name, dispatched, response.body).workflow_run_id);
      if (response.status === 404) throw new ApiError(`${repository} has no workflow ${workflow} at ${ref}, or the token may not see it. "llmops ci init github-jobs" writes it; push it to ${ref}.`, false);
      if (response.status !== 204) throw unexpected(name, `did not start ${workflow}`, response);
      const found = await findListed(key);
      if (found === undefined) throw new ApiError(`${name} has started a run for ${key}, and does not list it. Its name must be "${titleOf(key)}".`, false);
      return found;
    },
    find: findListed,
    async status({ id }) {
      const response = await api.send({ path: `${path}/runs/${id}` });
      if (response.status === 404) return undefined;
      if (response.status !== 200) throw unexpected(name, `answered for run ${id}`, response);
      const run = parsed(name, runSchema, response.body);
      const state = stateOf(run);
      return { state, message: state === "failed" || state === "stopped" ? `The workflow run ${run.html_url ?? id} ended as ${run.conclusion}.` : undefined };
    },
    async log({ id }, shard) {
      const job = await jobOf(id, shard);
      // The log of one that runs cannot be had.
      if (job?.status !== "completed") return "";
      const { status, body } = await redirected(http, api, name, `${path}/jobs/${job.id}/logs`);
      return status === 200 ? body.replace(TIMESTAMP, "") : "";
    },
    async cancel({ id }) {
      const response = await api.send({ method: "POST", path: `${path}/runs/${id}/cancel` });
      // 409: it has ended by itself.
      if (response.status !== 202 && response.status !== 409) throw unexpected(name, `did not cancel run ${id}`, response);
    },
    async results({ id }, shard) {
      const { artifacts } = await get(`${path}/runs/${id}/artifacts?name=results-${shard}`, artifactsSchema);
      const artifact = artifacts.find((candidate) => candidate.name === `results-${shard}` && !candidate.expired);
      if (!artifact) return new Map();
      const parts: Uint8Array[] = [];
      await redirected(http, api, name, artifact.archive_download_url, (part) => parts.push(part));
      return resultsIn(Object.values(unzipSync(Buffer.concat(parts), { filter: ({ originalSize }) => originalSize <= MAX_BYTES })).map((file) => strFromU8(file)).join("\n"));
    },
  };
}

/** A run's name, by which it is found; the workflow's `run-name` says the same. */
function titleOf(key: string): string {
  return `llmops ${key}`;
}

function stateOf({ status, conclusion }: z.infer<typeof runSchema>): JobState {
  if (status !== "completed") return status === "in_progress" ? "running" : "queued";
  if (conclusion === "success") return "succeeded";
  return conclusion === "cancelled" ? "stopped" : "failed";
}

/** Logs and artifacts lie elsewhere, behind an address that is good for a minute and is given no token. */
async function redirected(http: Pick<Http, "send">, api: Api, name: string, path: string, onData?: (part: Uint8Array) => void): Promise<HttpResponse> {
  const first = await api.send({ path });
  if (first.status === 404 || first.status === 410) return first;
  const { location } = first.headers;
  if (first.status !== 302 || location === undefined) throw unexpected(name, `answered for ${path}`, first);
  const answer = await apiAt(http, { name, base: "", headers: () => Promise.resolve({}) }).send({ path: location, maxBytes: MAX_BYTES, onData });
  if (answer.status !== 200) throw unexpected(name, "did not send what it had offered", answer);
  return answer;
}
