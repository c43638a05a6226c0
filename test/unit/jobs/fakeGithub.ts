import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { zipSync } from "fflate";
import { ENGINE, ENV } from "../engine.ts";
import { temporaryFolder } from "../store/support.ts";

interface Inputs {
  readonly key: string;
  readonly shards: string;
  readonly task: string;
}

interface Run {
  readonly id: number;
  readonly inputs: Inputs;
  status: "queued" | "in_progress" | "completed";
  conclusion: "success" | "failure" | "cancelled" | null;
  readonly shards: { log: string; results: Buffer | undefined; completed: boolean; kill: () => void }[];
}

/**
 * Stands in for GitHub, which nothing here can reach: written from the documents of its REST API (2022-11-28: workflow
 * dispatches with return_run_details, workflow runs, jobs, their logs behind a redirect, artifacts as zip files). A
 * dispatch does what the workflow's steps do: checks the task's commit out of `origin`, and runs `llmops job` a shard.
 */
export class FakeGithub {
  readonly runs: Run[] = [];
  /** Of requests behind a redirect: whether any carried the token. */
  leaked = false;
  /** Dispatches answer 204 without saying which run, as older servers do. */
  silent = false;
  intercept: (request: { readonly method: string; readonly path: string }) => "drop" | undefined = () => undefined;
  private readonly origin: string;
  private readonly server = http.createServer((request, response) => void this.answer(request, response));

  private constructor(origin: string) {
    this.origin = origin;
  }

  /** @param origin folder of the repository. */
  static async start(origin: string): Promise<FakeGithub> {
    const fake = new FakeGithub(origin);
    await new Promise<void>((resolve) => fake.server.listen(0, "127.0.0.1", resolve));
    return fake;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    for (const { shards } of this.runs) for (const { kill } of shards) kill();
    this.server.closeAllConnections();
    this.server.close();
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const { method = "GET", url: path = "/" } = request;
    const what = this.intercept({ method, path });
    const isBlob = path.startsWith("/blob/");
    if (isBlob && request.headers.authorization !== undefined) this.leaked = true;
    const { status, body = "", location } = isBlob ? this.blob(path) : request.headers.authorization === "Bearer gh-token-value" ? this.handle(method, path, text) : { status: 401, body: { message: "Bad credentials" } };
    if (what === "drop") return void request.socket.destroy();
    response.writeHead(status, location === undefined ? {} : { location }).end(body instanceof Uint8Array || typeof body === "string" ? body : JSON.stringify(body));
  }

  private handle(method: string, path: string, text: string): { status: number; body?: object; location?: string } {
    const [, what = ""] = /^\/repos\/acme\/prompts\/actions\/([^?]*)/.exec(path) ?? [];
    if (method === "POST" && what === "workflows/llmops-jobs.yml/dispatches") {
      const { ref, inputs, return_run_details: details } = JSON.parse(text) as { ref: string; inputs: Inputs; return_run_details?: boolean };
      if (ref !== "main") return { status: 422, body: { message: `No ref found for: ${ref}` } };
      const run = this.dispatch(inputs);
      return details && !this.silent ? { status: 200, body: { workflow_run_id: run.id } } : { status: 204 };
    }
    if (what === "workflows/llmops-jobs.yml/runs") return { status: 200, body: { total_count: this.runs.length, workflow_runs: this.runs.map(seen) } };
    const [, id, action = ""] = /^runs\/(\d+)\/?(.*)$/.exec(what) ?? [];
    const run = this.runs.find((candidate) => candidate.id === Number(id));
    const [, job] = /^jobs\/(\d+)\/logs$/.exec(what) ?? [];
    if (job !== undefined) return { status: 302, location: `${this.address}/blob/log/${job}` };
    if (!run) return { status: 404, body: { message: "Not Found" } };
    if (action === "") return { status: 200, body: seen(run) };
    if (action === "jobs") return { status: 200, body: { jobs: run.shards.map(({ completed }, at) => ({ id: run.id * 1000 + at, name: `shard (${at})`, status: completed ? "completed" : "in_progress" })) } };
    if (action === "artifacts") return { status: 200, body: { artifacts: run.shards.flatMap(({ results }, at) => (results ? [{ name: `results-${at}`, expired: false, archive_download_url: `${this.address}/repos/acme/prompts/actions/runs/${run.id}/zip-${at}` }] : [])) } };
    if (action.startsWith("zip-")) return { status: 302, location: `${this.address}/blob/zip/${run.id}/${action.slice(4)}` };
    if (method === "POST" && action === "cancel") {
      if (run.status === "completed") return { status: 409, body: { message: "Cannot cancel a workflow run that is completed." } };
      for (const { kill } of run.shards) kill();
      Object.assign(run, { status: "completed", conclusion: "cancelled" });
      return { status: 202, body: {} };
    }
    return { status: 404, body: { message: "Not Found" } };
  }

  private blob(path: string): { status: number; body: string | Uint8Array; location?: undefined } {
    const [, , kind, a, b] = path.split("/");
    const run = this.runs.find(({ id }) => id === (kind === "log" ? Math.floor(Number(a) / 1000) : Number(a)))!;
    const shard = run.shards[kind === "log" ? Number(a) % 1000 : Number(b)]!;
    return { status: 200, body: kind === "log" ? shard.log.replace(/^(?=.)/gm, "2026-11-25T12:00:00.0000000Z ") : zipSync({ "results.txt": shard.results! }) };
  }

  private dispatch(inputs: Inputs): Run {
    const run: Run = { id: this.runs.length + 1, inputs, status: "in_progress", conclusion: null, shards: [] };
    this.runs.unshift(run);
    const { commit } = JSON.parse(inputs.task) as { commit: string };
    for (const index of JSON.parse(inputs.shards) as number[]) {
      const folder = temporaryFolder();
      execFileSync("git", ["clone", "-q", this.origin, folder], { env: ENV });
      execFileSync("git", ["checkout", "-q", "--detach", commit], { cwd: folder, env: ENV });
      const file = join(temporaryFolder(), "results.txt");
      const child = spawn(process.execPath, [ENGINE, "job", "--results", file], { cwd: folder, env: { ...ENV, LLMOPS_JOB: inputs.task, LLMOPS_JOB_INDEX: String(index) }, detached: true });
      const shard = { log: "", results: undefined as Buffer | undefined, completed: false, kill: () => void child.kill("SIGKILL") };
      run.shards[index] = shard;
      for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (part: string) => (shard.log += part));
      child.on("close", (code) => {
        Object.assign(shard, { completed: true, results: existsSync(file) ? readFileSync(file) : undefined });
        if (run.conclusion === null && code !== 0) run.conclusion = "failure";
        if (run.status !== "completed" && run.shards.every(({ completed }) => completed)) Object.assign(run, { status: "completed", conclusion: run.conclusion ?? "success" });
      });
    }
    return run;
  }
}

function seen({ id, status, conclusion, inputs }: Run): object {
  return { id, name: "LLMOps jobs", display_title: `llmops ${inputs.key}`, status, conclusion, event: "workflow_dispatch", html_url: `https://github.com/acme/prompts/actions/runs/${id}` };
}
