import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { ENGINE, ENV } from "../engine.ts";
import { temporaryFolder } from "../store/support.ts";

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Waits until one of its streams shows a text; rejects when it ends without. */
  shows(text: RegExp): Promise<RegExpExecArray>;
}

export interface Options {
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number;
  /** In a process group of its own, as a shell starts it: a Ctrl+C goes to the whole group. */
  readonly group?: boolean;
}

/** Starts a program as a terminal would. */
export function start(cwd: string, file: string, args: readonly string[], { env = {}, uid, group }: Options = {}): Running {
  const child = spawn(file, args, { cwd, env: { ...ENV, ...env }, uid, detached: group, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  const listeners = new Set<() => void>();
  const heard = () => listeners.forEach((listener) => listener());
  child.stdout.setEncoding("utf8").on("data", (text: string) => ((stdout += text), heard()));
  child.stderr.setEncoding("utf8").on("data", (text: string) => ((stderr += text), heard()));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return {
    process: child,
    ended,
    shows: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = text.exec(stdout) ?? text.exec(stderr);
          if (found) resolve(found);
        };
        listeners.add(look);
        look();
        void ended.then(() => reject(new Error(`It ended without ${text}:\n${stdout}${stderr}`)));
      }),
  };
}

/** Starts the built engine. */
export function engine(cwd: string, args: readonly string[], options?: Options): Running {
  if (!existsSync(ENGINE)) throw new Error(`${ENGINE} is missing: run "npm run build" first.`);
  return start(cwd, process.execPath, [ENGINE, ...args], options);
}

/** Runs one command line to its end. */
export function llmops(cwd: string, args: readonly string[], options?: Options): Promise<Ended> {
  return engine(cwd, args, options).ended;
}

/**
 * Starts works two at a time, as many as a small machine does side by side. Each test then waits for its own:
 * what most of a test's time goes into is processes that start.
 */
export function ahead<T, R>(items: readonly T[], work: (item: T) => Promise<R>): (item: T) => Promise<R> {
  const results = new Map<T, Promise<R>>();
  const free: Promise<unknown>[] = [Promise.resolve(), Promise.resolve()];
  for (const [index, item] of items.entries()) {
    const result = (free[index % 2] as Promise<unknown>).then(() => work(item));
    // It is the test's to fail.
    free[index % 2] = result.catch(() => {});
    results.set(item, result);
  }
  return (item) => results.get(item) as Promise<R>;
}

/** As `it`, for the tests of one `describe` that share nothing: they are started `ahead`. */
export function sideBySide(): (name: string, test: () => Promise<void>) => void {
  const tests: { test: () => Promise<void> }[] = [];
  let result: (item: (typeof tests)[number]) => Promise<void>;
  before(() => (result = ahead(tests, ({ test }) => test())));
  return (name, test) => {
    const item = { test };
    tests.push(item);
    it(name, () => result(item));
  };
}

/** A command's JSON, as a script takes it: all of stdout. */
export async function json<T = Report>(cwd: string, args: readonly string[], options?: Options): Promise<T & { exit: number | null }> {
  const { code, stdout } = await llmops(cwd, [...args, "--json"], options);
  return { ...(JSON.parse(stdout) as T), exit: code };
}

/** What these tests read of `eval --json`. */
export interface Report {
  readonly runId: string;
  readonly verdict: string;
  readonly calls: number;
  readonly cached: number;
  readonly suites: readonly {
    readonly suite: string;
    readonly verdict: string;
    readonly cases: number;
    readonly runs: number;
    readonly baseline?: { readonly kind: string; readonly label: string; readonly commit?: string };
    readonly metrics: readonly Record<string, unknown>[];
    readonly broke: readonly Record<string, unknown>[];
    readonly fixed: readonly Record<string, unknown>[];
    readonly series: readonly Record<string, unknown>[];
  }[];
}

/** A new folder with these files; gone after the tests. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  write(folder, files);
  return folder;
}

export function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/**
 * A suite of `count` cases in `folder` whose answers need no model: `echo` gives the prompt back. Of its cases
 * as many fail as `failing` says, which stands in the prompt's file.
 */
export function echoSuite(count: number, failing = 0, folder = "."): Record<string, string> {
  return {
    [join(folder, "promptfooconfig.yaml")]: "prompts: [file://prompt.txt]\nproviders: [echo]\ntests: file://tests.yaml\n",
    ...echoPrompt(failing, folder),
    [join(folder, "tests.yaml")]: Array.from({ length: count }, (_, i) => `- { vars: { n: ${i + 1} }, assert: [{ type: contains, value: good }] }\n`).join(""),
  };
}

export function echoPrompt(failing: number, folder = "."): Record<string, string> {
  return { [join(folder, "prompt.txt")]: `{% if n > ${failing} %}good{% else %}bad{% endif %} {{n}}\n` };
}

/** A suite of `count` cases that one endpoint answers. */
export function endpointSuite(count: number, config: object, folder = "."): Record<string, string> {
  return {
    [join(folder, "promptfooconfig.yaml")]: JSON.stringify({
      prompts: ["Say {{n}}"],
      providers: [{ id: "openai:chat:m", config }],
      tests: Array.from({ length: count }, (_, i) => ({ vars: { n: i + 1 }, assert: [{ type: "contains", value: "good" }] })),
    }),
  };
}

export interface Endpoint {
  readonly port: number;
  /** Its base URL on this machine. */
  readonly url: string;
  readonly requests: http.IncomingMessage[];
}

/** An endpoint that lives as long as one test; `answer` may do to a request what it likes. */
export async function withEndpoint<T>(answer: http.RequestListener, work: (endpoint: Endpoint) => Promise<T>): Promise<T> {
  const requests: http.IncomingMessage[] = [];
  const server = http.createServer((incoming, outgoing) => {
    requests.push(incoming);
    incoming.resume().on("end", () => answer(incoming, outgoing));
  });
  server.listen(0, "0.0.0.0");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  try {
    return await work({ port, url: `http://127.0.0.1:${port}/v1`, requests });
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

/** A chat completion's body. */
export function completion(content = "good"): string {
  return JSON.stringify({ model: "m", choices: [{ message: { role: "assistant", content } }], usage: { prompt_tokens: 1, completion_tokens: 0 } });
}

export const good: http.RequestListener = (_incoming, outgoing) => void outgoing.setHeader("content-type", "application/json").end(completion());

/** The lines of a text that have something in them. */
export function lines(text: string): string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}

/** Whether a program can be started here. */
export function exists(program: string): boolean {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
