import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { unzipSync } from "fflate";
import { ENV } from "../engine.ts";
import { temporaryFolder } from "../store/support.ts";

interface Job {
  status: "PENDING" | "RUNNING" | "SUCCEEDED" | "FAILED" | "STOPPED";
  log: string;
  message: string;
  child: ChildProcess;
}

interface Submission {
  readonly entrypoint: string;
  readonly submission_id: string;
  readonly runtime_env: { readonly working_dir?: string; readonly env_vars?: Record<string, string> };
}

/**
 * Stands in for Ray where a test is about what happens between it and us: it speaks the part of the Jobs API that is
 * used, as Ray 2.60 answered it (a known id is a 500 with a traceback, a stopped job can be stopped again), and runs
 * what is submitted as processes. That the real one takes the same is what `test/interop/ray` shows.
 */
export class FakeRay {
  readonly jobs = new Map<string, Job>();
  /** Every POST of a job, also those refused. */
  readonly submissions: Submission[] = [];
  readonly packages = new Map<string, string>();
  /** Called before a request is answered; `drop`: it is carried out, but its answer is lost. */
  intercept: (request: { readonly method: string; readonly path: string }) => "drop" | "unavailable" | undefined = () => undefined;
  private readonly server = http.createServer((request, response) => void this.answer(request, response));

  static async start(): Promise<FakeRay> {
    const fake = new FakeRay();
    await new Promise<void>((resolve) => fake.server.listen(0, "127.0.0.1", resolve));
    return fake;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    for (const { child } of this.jobs.values()) child.kill("SIGKILL");
    this.server.closeAllConnections();
    this.server.close();
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = "GET", url: path = "/" } = request;
    const what = this.intercept({ method, path });
    const { status, body } = what === "unavailable" ? { status: 503, body: "no" } : this.handle(method, path, Buffer.concat(chunks));
    if (what === "drop") return void request.socket.destroy();
    response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));
  }

  private handle(method: string, path: string, content: Buffer): { status: number; body: unknown } {
    const [, id = "", action] = /^\/api\/jobs\/([^/]+)(?:\/(\w+))?$/.exec(path) ?? [];
    const job = this.jobs.get(id);
    if (path.startsWith("/api/packages/gcs/")) {
      if (method === "GET") return this.packages.has(path) ? { status: 200, body: "" } : { status: 404, body: "not found" };
      const folder = temporaryFolder();
      for (const [name, body] of Object.entries(unzipSync(content))) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), body);
      }
      this.packages.set(path, folder);
      return { status: 200, body: "" };
    }
    if (method === "POST" && path === "/api/jobs/") return this.submit(JSON.parse(content.toString()) as Submission);
    if (!job) return { status: 404, body: `Job ${id} does not exist` };
    if (action === "logs") return { status: 200, body: { logs: job.log } };
    if (action === "stop") {
      if (job.status === "RUNNING") {
        job.status = "STOPPED";
        process.kill(-job.child.pid!, "SIGKILL");
      }
      return { status: 200, body: { stopped: job.status === "STOPPED" } };
    }
    return { status: 200, body: { status: job.status, message: job.message, submission_id: id } };
  }

  private submit(submission: Submission): { status: number; body: unknown } {
    this.submissions.push(submission);
    const { submission_id: id, entrypoint, runtime_env: env } = submission;
    if (this.jobs.has(id)) return { status: 500, body: `Traceback …\nValueError: Job with submission_id ${id} already exists. Please use a different submission_id.` };
    const folder = env.working_dir === undefined ? temporaryFolder() : this.packages.get(env.working_dir.replace("gcs://", "/api/packages/gcs/"));
    const child = spawn("sh", ["-c", entrypoint], { cwd: folder, env: { ...ENV, PATH: `${dirname(process.execPath)}:${process.env.PATH}`, ...env.env_vars }, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    const job: Job = { status: "RUNNING", log: "", message: "Job is currently running.", child };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (job.log += text));
    child.on("close", (code) => {
      if (job.status !== "RUNNING") return;
      job.status = code === 0 ? "SUCCEEDED" : "FAILED";
      job.message = code === 0 ? "Job finished successfully." : `Job entrypoint command failed with exit code ${code}.`;
    });
    this.jobs.set(id, job);
    return { status: 200, body: { job_id: id, submission_id: id } };
  }
}
