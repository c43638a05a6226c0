import { createHash } from "node:crypto";
import { zipSync } from "fflate";
import * as z from "zod";
import type { Http } from "../host.ts";
import type { JobBackend, JobFile, JobSpec, JobState, JobStatus } from "./backend.ts";
import { ApiError, apiAt, excerpt, parsed, unexpected } from "../restApi.ts";
import { resultsIn } from "./results.ts";

/** Ray refuses larger packages. */
const MAX_PACKAGE = 100 * 2 ** 20;
const MAX_LOG = 256 * 2 ** 20;
/** Zip files know no earlier time, and the same files are to be the same package. */
const ZIP_TIME = new Date(1980, 0, 2);

const STATES = { PENDING: "queued", RUNNING: "running", SUCCEEDED: "succeeded", FAILED: "failed", STOPPED: "stopped" } as const satisfies Record<string, JobState>;
const jobSchema = z.object({ status: z.enum(["PENDING", "RUNNING", "SUCCEEDED", "FAILED", "STOPPED"]), message: z.string().nullish() });
const logSchema = z.object({ logs: z.string().nullish() });

export interface RayOptions {
  /** Of the dashboard, such as `http://127.0.0.1:8265`. */
  readonly address: string;
  /** Asked for at every call. */
  readonly token?: () => Promise<string>;
  /** Python packages that Ray installs for a job. */
  readonly pip?: readonly string[];
  readonly cpus: number;
}

/**
 * Ray's Jobs API (https://docs.ray.io/en/latest/cluster/running-applications/job-submission/rest.html): a shard is a
 * job of its own, whose id is made of the key. Ray refuses an id that it knows, so that nothing is submitted twice.
 */
export function rayBackend(http: Pick<Http, "send">, { address, token, pip, cpus }: RayOptions): JobBackend {
  const name = `Ray at ${address}`;
  const api = apiAt(http, { name, base: address, headers: async () => (token ? { authorization: `Bearer ${await token()}` } : ({} as Record<string, string>)) });
  const idOf = (id: string, shard: number) => `${id}-${shard}`;

  const get = async (id: string, shard: number) => {
    const response = await api.send({ path: `/api/jobs/${idOf(id, shard)}` });
    if (response.status === 404) return undefined;
    if (response.status !== 200) throw unexpected(name, `answered for the job ${idOf(id, shard)}`, response);
    return parsed(name, jobSchema, response.body);
  };

  const upload = async (files: readonly JobFile[]): Promise<string> => {
    const body = zipSync(Object.fromEntries(files.map(({ path, body: content }) => [path, content])), { mtime: ZIP_TIME });
    if (body.length > MAX_PACKAGE) throw new ApiError(`The files of the job are ${Math.ceil(body.length / 2 ** 20)} MB packed; Ray takes 100 MB.`, false);
    const path = `/api/packages/gcs/_ray_pkg_${createHash("sha256").update(body).digest("hex").slice(0, 16)}.zip`;
    const known = await api.send({ path });
    if (known.status === 404) {
      const put = await api.send({ method: "PUT", path, bytes: body });
      if (put.status !== 200) throw unexpected(name, "refused the job's files", put);
    } else if (known.status !== 200) throw unexpected(name, "answered for the job's files", known);
    return `gcs://${path.slice(path.lastIndexOf("/") + 1)}`;
  };

  const wholeLog = async (id: string, shard: number): Promise<string> => {
    const response = await api.send({ path: `/api/jobs/${idOf(id, shard)}/logs`, maxBytes: MAX_LOG });
    if (response.status !== 200) throw unexpected(name, `answered for the log of ${idOf(id, shard)}`, response);
    return parsed(name, logSchema, response.body).logs ?? "";
  };

  return {
    name,
    carriesFiles: true,
    async submit(key, spec) {
      const id = `llmops-${key}`;
      const workingDir = spec.files && (await upload(await spec.files()));
      for (let shard = 0; shard < spec.shards; shard++) {
        const body = { ...requestOf(spec, { workingDir, pip, cpus }, shard), submission_id: idOf(id, shard), metadata: { llmops_key: key } };
        await submitOnce(() => api.send({ method: "POST", path: "/api/jobs/", json: body }), () => get(id, shard), name);
      }
      return id;
    },
    async find(key, shards) {
      const id = `llmops-${key}`;
      for (let shard = 0; shard < shards; shard++) if (!(await get(id, shard))) return undefined;
      return id;
    },
    async status({ id, shards }) {
      const found = await Promise.all(Array.from({ length: shards }, (_, shard) => get(id, shard)));
      if (found.includes(undefined)) return undefined;
      return overall(found.map((job) => ({ state: STATES[job!.status], message: job!.message ?? undefined })));
    },
    log: ({ id }, shard) => wholeLog(id, shard),
    async cancel({ id, shards }) {
      for (let shard = 0; shard < shards; shard++) {
        const response = await api.send({ method: "POST", path: `/api/jobs/${idOf(id, shard)}/stop` });
        if (response.status !== 200 && response.status !== 404) throw unexpected(name, `did not stop ${idOf(id, shard)}`, response);
      }
    },
    results: async ({ id }, shard) => resultsIn(await wholeLog(id, shard)),
  };
}

function requestOf({ command, env, shards, cpus, gpus }: JobSpec, { workingDir, pip, cpus: usual }: { workingDir: string | undefined; pip: readonly string[] | undefined; cpus: number }, shard: number): object {
  return {
    entrypoint: command,
    // Without any, Ray runs all jobs on the head node.
    entrypoint_num_cpus: cpus ?? usual,
    ...(gpus === undefined ? {} : { entrypoint_num_gpus: gpus }),
    runtime_env: { ...(workingDir && { working_dir: workingDir }), ...(pip?.length && { pip }), env_vars: { ...env, LLMOPS_JOB_INDEX: String(shard), LLMOPS_JOB_SHARDS: String(shards) } },
  };
}

/** Ray answers an id that it knows with HTTP 500: whether the job is there says whether that is an error. */
async function submitOnce(send: () => ReturnType<ReturnType<typeof apiAt>["send"]>, find: () => Promise<unknown>, name: string): Promise<void> {
  try {
    const response = await send();
    if (response.status !== 200) throw new ApiError(`${name} refused the job with HTTP ${response.status}: ${excerpt(response.body)}`, false);
  } catch (error) {
    if (!(error instanceof ApiError) || !(await find())) throw error;
  }
}

/** Of several shards, the state that decides: one that failed or was stopped, else the one that is furthest behind. */
export function overall(shards: readonly JobStatus[]): JobStatus {
  for (const state of ["failed", "stopped", "running", "queued"] as const) {
    const found = shards.find((shard) => shard.state === state);
    if (found) return state === "queued" && shards.some((shard) => shard.state !== "queued") ? { state: "running" } : found;
  }
  return { state: "succeeded" };
}
