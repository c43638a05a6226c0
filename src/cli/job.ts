import { access, appendFile, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { resultLines } from "../core/jobs/results.ts";
import { PACK, type RemoteTask, remoteTask, TASK } from "../core/pipeline/remote/task.ts";
import { commandEnvironment } from "../core/config/commandEnvironment.ts";
import { absolutePath } from "../core/regression/workspace.ts";
import { evalCommand } from "./eval.ts";
import { EXIT } from "./exit.ts";
import type { Front } from "./front.ts";
import { UsageError } from "./usage.ts";

const GIT_TIMEOUT_MS = 10 * 60_000;

/**
 * What a job elsewhere runs: lays out the commit, and does there what `LLMOPS_JOB` says. The parts of evals are
 * written to the log, from where whoever submitted the job takes them, or into a file.
 */
export async function jobCommand(front: Front, options: { results?: string }): Promise<number> {
  const { env } = front.host;
  const task = read(env[TASK]);
  const shard = Number(env["LLMOPS_JOB_INDEX"] ?? env["JOB_COMPLETION_INDEX"] ?? 0);
  const temporary = await mkdtemp(join(tmpdir(), "llmops-job-"));
  try {
    const tree = await checkOut(front, task, temporary);
    const root = absolutePath(tree, task.folder || ".");
    return task.command === undefined ? await evaluate(front, task, root, { shard, temporary, results: options.results }) : await run(front, task, root, task.command);
  } finally {
    // The store in it is open until this process ends, which Windows minds.
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
  }
}

function read(text: string | undefined): RemoteTask {
  try {
    return remoteTask.parse(JSON.parse(text ?? ""));
  } catch {
    throw new UsageError(`${TASK} does not say what to do in a way that this version understands. A stage with runsOn sets it.`);
  }
}

/** The commit's files: out of the pack that came along, cloned, or where this job stands already. */
async function checkOut(front: Front, task: RemoteTask, temporary: string): Promise<string> {
  const tree = join(temporary, "tree");
  const git = async (...args: string[]) => {
    const { code, stderr, timedOut } = await front.host.processes.run("git", args, { cwd: temporary, env: { GIT_TERMINAL_PROMPT: "0" }, findPrograms: true, timeoutMs: GIT_TIMEOUT_MS, maxBytes: 1e6, signal: front.signal });
    if (code !== 0) throw new Error(`git ${args[0] === "-C" ? args[2] : args[0]} ${timedOut ? "took too long" : `failed: ${stderr.trim()}`}`);
  };
  const pack = join(front.cwd, PACK);
  const exists = await access(pack).then(() => true, () => false);
  if (!exists && task.repository === undefined) return front.cwd;
  if (exists) {
    await git("init", "-q", tree);
    const objects = join(tree, ".git", "objects", "pack");
    await mkdir(objects, { recursive: true });
    await copyFile(pack, join(objects, "pack-0.pack"));
    await git("index-pack", join(objects, "pack-0.pack"));
    await writeFile(join(tree, ".git", "shallow"), task.commits.map((commit) => `${commit}\n`).join(""));
  } else await git("clone", "-q", "--no-checkout", task.repository!, tree);
  await git("-C", tree, "-c", "core.autocrlf=false", "checkout", "-q", "--detach", task.commit);
  return tree;
}

async function run({ host, write, signal }: Front, task: RemoteTask, root: string, command: string): Promise<number> {
  const keys = Object.fromEntries((task.keys ?? []).flatMap((name) => (host.env[name] === undefined ? [] : [[name, host.env[name]]])));
  const running = await host.commands.start(command, {
    cwd: join(root, task.cwd ?? "."),
    env: { ...commandEnvironment(host.env), ...task.env, ...keys },
    marker: `job-${host.identity.pid}`,
    onOutput: (chunk) => write(chunk.toString("utf8")),
  });
  signal.addEventListener("abort", () => void running.stop(), { once: true });
  const { code } = await running.ended;
  return code ?? EXIT.error;
}

async function evaluate(front: Front, task: RemoteTask, root: string, { shard, temporary, results }: { shard: number; temporary: string; results: string | undefined }): Promise<number> {
  for (const [index, suite] of (task.suites ?? []).entries()) {
    // A small suite has fewer shards than its neighbour.
    if (shard >= suite.shards) continue;
    const part = join(temporary, `${index}.part`);
    const code = await evalCommand(front, [absolutePath(root, suite.file)], { shard: { index: shard + 1, of: suite.shards }, baseline: suite.baseline, endpoint: task.endpoint, output: [part] });
    if (code !== EXIT.ok) return code;
    const lines = [...resultLines(suite.file, await readFile(part, "utf8"))].map((line) => `${line}\n`).join("");
    if (results === undefined) front.write(lines);
    else await appendFile(resolve(front.cwd, results), lines);
  }
  return EXIT.ok;
}
