import { join } from "node:path";
import { resolveReferences } from "../../config/references.ts";
import { COMMANDS } from "../../host.ts";
import { commandEnvironment } from "../../config/commandEnvironment.ts";
import { commandVariables } from "./environment.ts";
import type { StepKind, StepTask } from "./stepKind.ts";

/** A command line in the work tree. It has passed when it exits with 0. */
export const command: StepKind = { effect: "repeatable", run: (task) => runCommand(task, task.step.command!) };

/**
 * Runs a command line as a step's: in its folder, with its variables, its output in the log, all of it ended
 * with the signal. `anywhere`: whichever commit is checked out.
 */
export async function runCommand({ context, run, stage, step, attempt, log, signal, spawned }: StepTask, line: string, more: { readonly anywhere?: boolean; readonly env?: Readonly<Record<string, string>> } = {}): ReturnType<StepKind["run"]> {
  const { host, root } = context.workspace;
  const astray = more.anywhere ? undefined : await elsewhere(context, run.commit);
  if (astray) return { passed: false, reason: astray };
  const own = await resolveReferences(step.env ?? {}, COMMANDS, { secret: (name) => host.secrets.get(name, COMMANDS), env: async (name) => valueOf(host.env[name]) }, log.redactor);
  const env = {
    ...commandEnvironment(host.env),
    ...commandVariables(run, stage, attempt.n),
    ...more.env,
    ...own,
  };
  signal.throwIfAborted();
  const running = await host.commands.start(line, { cwd: join(root, step.cwd ?? "."), env, marker: attempt.key, onOutput: (chunk) => log.write(chunk) });
  let stopped: Promise<void> | undefined;
  const onAbort = () => (stopped ??= running.stop());
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    spawned(running.identity);
    if (signal.aborted) onAbort();
    const { code, signal: killedBy } = await running.ended;
    await stopped;
    return { passed: code === 0, reason: reasonOf(code, killedBy), exitCode: code, signal: killedBy };
  } catch (error) {
    // What could not be stored must not go on unseen.
    await running.stop();
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** A command judges the files of the work tree: where those are of another commit, it would say something of the wrong one. */
async function elsewhere({ workspace: { repository } }: StepTask["context"], commit: string | undefined): Promise<string | undefined> {
  const head = commit === undefined ? undefined : await repository?.resolve("HEAD");
  if (head === undefined || head === commit) return undefined;
  return `Commands run in the work tree, which is at ${head.slice(0, 7)} by now, and this run is of ${commit!.slice(0, 7)}: check that commit out, or run the pipeline again.`;
}

function reasonOf(code: number | null, killedBy: string | null): string | undefined {
  if (code === 0) return undefined;
  if (code === null) return `Ended by ${killedBy}.`;
  return code === 127 ? "Exit code 127: a program of the command was not found." : `Exit code ${code}.`;
}

function valueOf(value: string | undefined): { value: string } | "missing" {
  return value === undefined ? "missing" : { value };
}
