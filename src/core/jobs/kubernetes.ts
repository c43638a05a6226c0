import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { BatchV1Api, CoreV1Api, createConfiguration, KubeConfig, ServerConfiguration, type V1Job } from "@kubernetes/client-node";
import type { Host } from "../host.ts";
import type { JobBackend, JobRef, JobSpec, JobStatus } from "./backend.ts";
import { ApiError, excerpt } from "../restApi.ts";
import { resultsIn } from "./results.ts";

const TIMEOUT_MS = 60_000;
const MAX_LOG = 256 * 2 ** 20;
/** How long a finished job, and with it its logs, is kept for whoever comes later. */
const KEPT_SECONDS = 24 * 3600;
const KEY_LABEL = "llmops.key";
const INDEX_LABEL = "batch.kubernetes.io/job-completion-index";

export interface KubernetesOptions {
  readonly namespace: string;
  readonly image: string;
  /** Names of the namespace's secrets, whose values become variables. */
  readonly secrets?: readonly string[];
  readonly cpus?: number;
  /** As Kubernetes writes it: 2Gi. */
  readonly memory?: string;
}

/**
 * Jobs of the API batch/v1 (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/): one indexed
 * Job, a pod a shard. Its name is made of the key, so that the server refuses a second one.
 */
export function kubernetesBackend(config: KubeConfig, options: KubernetesOptions): JobBackend {
  const { namespace } = options;
  const server = config.getCurrentCluster()?.server ?? "";
  const name = `Kubernetes at ${server}`;
  const client = createConfiguration({
    baseServer: new ServerConfiguration(server, {}),
    authMethods: { default: config },
    promiseMiddleware: [
      {
        pre: (request) => {
          request.setSignal(AbortSignal.timeout(TIMEOUT_MS));
          return Promise.resolve(request);
        },
        post: (response) => Promise.resolve(response),
      },
    ],
  });
  const jobs = new BatchV1Api(client);
  const core = new CoreV1Api(client);

  /** What the server answers; `undefined` for the HTTP codes in `but`. */
  const ask = async <T>(what: string, call: () => Promise<T>, ...but: number[]): Promise<T | undefined> => {
    try {
      return await call();
    } catch (error) {
      const { code, body, message } = error as { code?: unknown; body?: unknown; message?: string };
      if (typeof code !== "number") throw new ApiError(`${name} cannot be reached (${message ?? String(error)}).`, true);
      if (but.includes(code)) return undefined;
      const advice = code === 401 || code === 403 ? ". Check what the account of the kubeconfig may do." : "";
      throw new ApiError(`${name} ${what} with HTTP ${code}: ${excerpt(messageOf(body))}${advice}`, code === 429 || code >= 500);
    }
  };

  const podsOf = async ({ id }: JobRef) => (await ask("answered for pods", () => core.listNamespacedPod({ namespace, labelSelector: `job-name=${id}` })))?.items ?? [];

  const log = async (job: JobRef, shard: number): Promise<string> => {
    const pod = (await podsOf(job)).find(({ metadata }) => metadata?.labels?.[INDEX_LABEL] === String(shard));
    const podName = pod?.metadata?.name;
    // 400: its container has not started.
    return podName === undefined ? "" : ((await ask("answered for a log", () => core.readNamespacedPodLog({ namespace, name: podName, limitBytes: MAX_LOG }), 400, 404)) ?? "");
  };

  return {
    name,
    carriesFiles: false,
    async submit(key, spec) {
      const id = nameOf(key);
      await ask("refused the job", () => jobs.createNamespacedJob({ namespace, body: manifest(id, key, spec, options) }), 409);
      return id;
    },
    find: async (key) => (await ask("answered for the job", () => jobs.readNamespacedJob({ namespace, name: nameOf(key) }), 404))?.metadata?.name,
    async status(job) {
      const found = await ask("answered for the job", () => jobs.readNamespacedJob({ namespace, name: job.id }), 404);
      return found && statusOf(found, await podsOf(job));
    },
    log,
    async cancel({ id }) {
      await ask("did not delete the job", () => jobs.deleteNamespacedJob({ namespace, name: id, propagationPolicy: "Background" }), 404);
    },
    results: async (job, shard) => resultsIn(await log(job, shard)),
  };
}

function nameOf(key: string): string {
  return `llmops-${key}`.toLowerCase();
}

function manifest(id: string, key: string, { command, env, shards, cpus, gpus }: JobSpec, options: KubernetesOptions): V1Job {
  const cpu = cpus ?? options.cpus;
  const requests = { ...(cpu === undefined ? {} : { cpu: String(cpu) }), ...(options.memory === undefined ? {} : { memory: options.memory }) };
  const limits = { ...(options.memory === undefined ? {} : { memory: options.memory }), ...(gpus === undefined ? {} : { "nvidia.com/gpu": String(gpus) }) };
  const labels = { "app.kubernetes.io/managed-by": "llmops", [KEY_LABEL]: key };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: id, labels },
    spec: {
      completionMode: "Indexed",
      completions: shards,
      parallelism: shards,
      // Whoever submitted it tries again, with a record of each attempt.
      backoffLimit: 0,
      ttlSecondsAfterFinished: KEPT_SECONDS,
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: "Never",
          automountServiceAccountToken: false,
          containers: [
            {
              name: "job",
              image: options.image,
              command: ["sh", "-c", `export LLMOPS_JOB_INDEX="$JOB_COMPLETION_INDEX"; ${command}`],
              env: Object.entries({ ...env, LLMOPS_JOB_SHARDS: String(shards) }).map(([variable, value]) => ({ name: variable, value: escaped(value) })),
              envFrom: options.secrets?.map((secret) => ({ secretRef: { name: secret } })),
              resources: { requests, limits },
            },
          ],
        },
      },
    },
  };
}

/** In values of variables `$(NAME)` is filled in, and `$$` is a `$`. */
function escaped(value: string): string {
  return value.replaceAll("$", "$$$$");
}

interface Pod {
  readonly status?: { readonly phase?: string; readonly reason?: string; readonly containerStatuses?: readonly { readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string }; readonly terminated?: { readonly exitCode: number; readonly reason?: string } } }[] };
}

function statusOf({ status }: V1Job, pods: readonly Pod[]): JobStatus {
  const condition = (type: string) => status?.conditions?.find((candidate) => candidate.type === type && candidate.status === "True");
  if (condition("Complete")) return { state: "succeeded" };
  const failed = condition("Failed");
  const states = pods.flatMap((pod) => pod.status?.containerStatuses ?? []).map(({ state }) => state);
  if (failed) {
    const ended = states.find((state) => state?.terminated && state.terminated.exitCode !== 0)?.terminated;
    return { state: "failed", message: ended ? `A pod of it ended with exit code ${ended.exitCode}${ended.reason && ended.reason !== "Error" ? ` (${ended.reason})` : ""}.` : `${failed.reason ?? "It failed"}: ${failed.message ?? "no reason is given"}` };
  }
  if (pods.some((pod) => pod.status?.phase === "Running" || pod.status?.phase === "Succeeded")) return { state: "running" };
  const waiting = states.find((state) => state?.waiting?.message !== undefined)?.waiting;
  return { state: "queued", message: waiting ? `${waiting.reason}: ${waiting.message}` : undefined };
}

function messageOf(body: unknown): string {
  // The client drops the body of a 401.
  if (body === undefined) return "Unauthorized";
  const text = typeof body === "string" ? body : JSON.stringify(body);
  try {
    return String((JSON.parse(text) as { message?: unknown }).message ?? text);
  } catch {
    return text;
  }
}

/** The cluster that whoever runs this means: `KUBECONFIG`, the file of their home, or the cluster that this runs in. @throws */
export function kubeConfig({ env }: Pick<Host, "env">, context: string | undefined): KubeConfig {
  const config = new KubeConfig();
  const files = env["KUBECONFIG"]?.split(delimiter).filter(Boolean) ?? [join(env["HOME"] ?? env["USERPROFILE"] ?? "", ".kube", "config")];
  const found = files.find((file) => existsSync(file));
  if (found !== undefined) config.loadFromFile(found);
  else if (env["KUBERNETES_SERVICE_HOST"] !== undefined) config.loadFromCluster();
  else throw new Error(`There is no kubeconfig here (${files.join(", ")}). Set KUBECONFIG.`);
  if (context !== undefined) {
    if (!config.getContextObject(context)) throw new Error(`The kubeconfig has no context ${JSON.stringify(context)}. It has: ${config.getContexts().map(({ name }) => name).join(", ")}.`);
    config.setCurrentContext(context);
  }
  return config;
}
