import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { ENGINE, ENV } from "../engine.ts";
import { temporaryFolder } from "../store/support.ts";

interface Variable {
  readonly name: string;
  readonly value: string;
}

interface Manifest {
  readonly metadata: { readonly name: string; readonly labels: Record<string, string> };
  readonly spec: { readonly completions: number; readonly backoffLimit: number; readonly completionMode: string; readonly template: { readonly spec: { readonly containers: readonly [{ readonly command: readonly string[]; readonly env: readonly Variable[]; readonly image: string; readonly envFrom?: readonly object[]; readonly resources: object }] } } };
}

interface Pod {
  readonly index: number;
  log: string;
  exitCode: number | null;
  readonly child: ChildProcess;
}

/**
 * Stands in for a cluster, of which nothing here can run the part that runs Jobs: written from the documents of batch/v1
 * (Job, indexed completion) and core/v1 (Pod, its log), with the server's Status objects for errors. A pod is a process
 * of this machine, in an empty folder; of its image only the command counts.
 */
export class FakeKubernetes {
  readonly jobs = new Map<string, { readonly manifest: Manifest; readonly pods: Pod[] }>();
  /** Every POST of a job, also those refused. */
  posts = 0;
  /** A folder with the programs of the image. */
  private readonly bin = imageBin();
  intercept: (request: { readonly method: string; readonly path: string }) => "drop" | "unavailable" | undefined = () => undefined;
  private readonly server = http.createServer((request, response) => void this.answer(request, response));

  static async start(): Promise<FakeKubernetes> {
    const fake = new FakeKubernetes();
    await new Promise<void>((resolve) => fake.server.listen(0, "127.0.0.1", resolve));
    return fake;
  }

  /** A kubeconfig, for a file. */
  get kubeconfig(): string {
    const { port } = this.server.address() as AddressInfo;
    return JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "here", cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } }],
      users: [{ name: "me", user: { token: "kube-token" } }],
      contexts: [{ name: "test", context: { cluster: "here", user: "me" } }],
      "current-context": "test",
    });
  }

  close(): void {
    for (const { pods } of this.jobs.values()) for (const pod of pods) end(pod);
    this.server.closeAllConnections();
    this.server.close();
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const { method = "GET", url = "/" } = request;
    const { pathname, searchParams } = new URL(url, "http://x");
    const what = this.intercept({ method, path: pathname });
    const { status, body } = what === "unavailable" ? problem(503, "ServiceUnavailable", "down") : request.headers.authorization !== "Bearer kube-token" ? problem(401, "Unauthorized", "Unauthorized") : this.handle(method, pathname, searchParams, text);
    if (what === "drop") return void request.socket.destroy();
    response.writeHead(status, { "content-type": typeof body === "string" ? "text/plain" : "application/json" }).end(typeof body === "string" ? body : JSON.stringify(body));
  }

  private handle(method: string, path: string, query: URLSearchParams, text: string): { status: number; body: object | string } {
    const [, jobName] = /^\/apis\/batch\/v1\/namespaces\/evals\/jobs\/?([^/]*)$/.exec(path) ?? [];
    if (jobName === "" && method === "POST") return this.create(JSON.parse(text) as Manifest);
    if (jobName !== undefined) {
      const job = this.jobs.get(jobName);
      if (!job) return problem(404, "NotFound", `jobs.batch "${jobName}" not found`);
      if (method === "DELETE") {
        for (const pod of job.pods) end(pod);
        this.jobs.delete(jobName);
      }
      return { status: 200, body: { ...job.manifest, apiVersion: "batch/v1", kind: "Job", status: statusOf(job.pods) } };
    }
    const [, podName] = /^\/api\/v1\/namespaces\/evals\/pods(?:\/([^/]+)\/log)?$/.exec(path) ?? [];
    if (podName !== undefined) {
      const [, owner = "", index = ""] = /^(.*)-(\d+)-x$/.exec(podName) ?? [];
      return { status: 200, body: this.jobs.get(owner)?.pods[Number(index)]?.log ?? "" };
    }
    if (path === "/api/v1/namespaces/evals/pods") {
      const name = query.get("labelSelector")?.replace("job-name=", "") ?? "";
      const items = (this.jobs.get(name)?.pods ?? []).map((pod) => ({ metadata: { name: `${name}-${pod.index}-x`, labels: { "batch.kubernetes.io/job-completion-index": String(pod.index) } }, status: podStatus(pod) }));
      return { status: 200, body: { apiVersion: "v1", kind: "PodList", items } };
    }
    return problem(404, "NotFound", "the server could not find the requested resource");
  }

  private create(manifest: Manifest): { status: number; body: object } {
    this.posts++;
    const { name } = manifest.metadata;
    if (this.jobs.has(name)) return problem(409, "AlreadyExists", `jobs.batch "${name}" already exists`);
    if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) return problem(422, "Invalid", `Job.batch "${name}" is invalid`);
    const [container] = manifest.spec.template.spec.containers;
    const env = Object.fromEntries(container.env.map(({ name: variable, value }) => [variable, value.replaceAll("$$", "$")]));
    const [file = "", ...args] = container.command;
    const pods = Array.from({ length: manifest.spec.completions }, (_, index): Pod => {
      const child = spawn(file, args, { cwd: temporaryFolder(), env: { ...ENV, ...env, JOB_COMPLETION_INDEX: String(index), PATH: `${this.bin}:${process.env.PATH}` }, detached: true });
      const pod: Pod = { index, log: "", exitCode: null, child };
      for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (part: string) => (pod.log += part));
      child.on("close", (code) => (pod.exitCode = code ?? 137));
      return pod;
    });
    this.jobs.set(name, { manifest, pods });
    return { status: 201, body: manifest };
  }
}

/** `llmops`, as an image has it. */
function imageBin(): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "llmops"), `#!/bin/sh\nexec "${process.execPath}" "${ENGINE}" "$@"\n`, { mode: 0o755 });
  return folder;
}

function end({ child }: Pod): void {
  if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
}

function statusOf(pods: readonly Pod[]): object {
  if (pods.some(({ exitCode }) => exitCode !== null && exitCode !== 0)) return { conditions: [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded", message: "Job has reached the specified backoff limit" }] };
  if (pods.every(({ exitCode }) => exitCode === 0)) return { conditions: [{ type: "Complete", status: "True" }] };
  return { active: pods.length };
}

function podStatus({ exitCode }: Pod): object {
  if (exitCode === null) return { phase: "Running", containerStatuses: [{ state: { running: {} } }] };
  return { phase: exitCode === 0 ? "Succeeded" : "Failed", containerStatuses: [{ state: { terminated: { exitCode, reason: exitCode === 0 ? "Completed" : "Error" } } }] };
}

function problem(code: number, reason: string, message: string): { status: number; body: object } {
  return { status: code, body: { kind: "Status", apiVersion: "v1", status: "Failure", message, reason, code } };
}
