import { randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import { commandEnvironment } from "../config/commandEnvironment.ts";
import type { Host } from "../host.ts";
import { addEntry, type EventOfPlaybook, startExecution } from "../store/playbooks/timeline.ts";
import type { Store } from "../store/store.ts";
import type { PlaybookStep } from "./steps.ts";

/** Characters of a step's output that the timeline keeps: its end. */
const MOST_OUTPUT = 64 * 1024;

export interface PlaybookRun {
  readonly store: Store;
  readonly host: Pick<Host, "commands" | "clock" | "env">;
  readonly root: string;
  /** Path relative to the root, and its text. */
  readonly playbook: string;
  readonly text: string;
  readonly steps: readonly PlaybookStep[];
  readonly alert: string | undefined;
  readonly by: string;
  /** Whether a step that may change something is to run. */
  readonly ask: (step: PlaybookStep) => Promise<boolean>;
  readonly onStep: (step: PlaybookStep) => void;
  readonly onOutput: (text: string) => void;
  readonly signal: AbortSignal;
}

export interface PlaybookResult {
  readonly id: string;
  /** The step that did not pass, and why; `undefined`: all did. */
  readonly failed: { readonly step: string; readonly reason: string } | undefined;
}

/**
 * Runs steps one after another, in the playbook's folder, until one fails or a person declines it. What happens is
 * in the timeline before it is shown. A step gets what it needs of the environment and nothing else; the alert's name
 * is a variable, never a part of a command.
 */
export async function runPlaybook({ store, host, root, playbook, text, steps, alert, by, ask, onStep, onOutput, signal }: PlaybookRun): Promise<PlaybookResult> {
  const id = randomUUID();
  const note = (kind: EventOfPlaybook, step: string | null, said: string) => addEntry(store, id, { at: host.clock.now(), kind, step, text: said });
  startExecution(store, { id, playbook, alert, startedBy: by, startedAt: host.clock.now() }, text);
  const env = { ...commandEnvironment(host.env), LLMOPS_PLAYBOOK: playbook, LLMOPS_EXECUTION: id, ...(alert === undefined ? {} : { LLMOPS_ALERT: alert }) };
  const end = (failed: PlaybookResult["failed"]): PlaybookResult => {
    note("ended", null, failed ? `${failed.step}: ${failed.reason}` : "All steps passed.");
    return { id, failed };
  };
  for (const step of steps) {
    onStep(step);
    if (step.asks) {
      const agreed = await ask(step);
      note(agreed ? "agreed" : "declined", step.name, by);
      if (!agreed) return end({ step: step.name, reason: "Declined." });
    }
    note("step-started", step.name, step.code);
    const { output, problem } = await runStep(step, { host, cwd: join(root, dirname(playbook)), env, marker: `${id}-${step.name}`, onOutput, signal });
    note("output", step.name, output);
    note(problem === undefined ? "passed" : "failed", step.name, problem ?? "");
    if (problem !== undefined) return end({ step: step.name, reason: problem });
  }
  return end(undefined);
}

interface StepContext extends Pick<PlaybookRun, "onOutput" | "signal"> {
  readonly host: PlaybookRun["host"];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly marker: string;
}

async function runStep({ language, code, timeoutMs }: PlaybookStep, { host, cwd, env, marker, onOutput, signal }: StepContext): Promise<{ output: string; problem: string | undefined }> {
  let output = "";
  const decoder = new TextDecoder();
  const collect = (chunk: Buffer) => {
    const said = decoder.decode(chunk, { stream: true });
    output = (output + said).slice(-MOST_OUTPUT);
    onOutput(said);
  };
  // Another shell gets the code as a variable: no quoting can go wrong.
  const line = language === "sh" ? code : `${language} -c "$LLMOPS_CODE"`;
  let stop = "";
  try {
    signal.throwIfAborted();
    const running = await host.commands.start(line, { cwd, env: language === "sh" ? env : { ...env, LLMOPS_CODE: code }, marker, onOutput: collect });
    const over = new AbortController();
    const halt = (reason: string) => {
      stop ||= reason;
      return running.stop();
    };
    const onAbort = () => void halt("Cancelled.");
    signal.addEventListener("abort", onAbort, { once: true });
    const timer = host.clock.sleep(timeoutMs, over.signal).then(() => halt(`It did not end within ${timeoutMs / 1000} s.`), () => {});
    const { code: exit, signal: killedBy } = await running.ended;
    over.abort();
    await timer;
    signal.removeEventListener("abort", onAbort);
    return { output, problem: stop || (exit === 0 ? undefined : exit === null ? `Ended by ${killedBy}.` : `Exit code ${exit}.`) };
  } catch (error) {
    return { output, problem: error instanceof Error ? error.message : String(error) };
  }
}
