import { readFile, realpath } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { readPlaybook } from "../../core/playbooks/document.ts";
import { runPlaybook } from "../../core/playbooks/run.ts";
import { type PlaybookStep, stepsOf } from "../../core/playbooks/steps.ts";
import { personOf } from "../../core/regression/workspace.ts";
import { EXIT } from "../exit.ts";
import type { Front } from "../front.ts";
import { UsageError } from "../usage.ts";

interface RunOptions {
  step?: string[];
  alert?: string;
  yes?: boolean;
  json?: boolean;
}

const MOST_BYTES = 4 * 2 ** 20;

export async function runCommand(front: Front, file: string, { step: named = [], alert, yes = false, json = false }: RunOptions): Promise<number> {
  const workspace = await front.workspace();
  const path = await realpath(resolve(front.cwd, file)).catch(() => undefined);
  if (path === undefined) throw new UsageError(`There is no ${file}.`);
  const text = await readFile(path, "utf8");
  if (text.length > MOST_BYTES) throw new UsageError(`${file} has more than ${MOST_BYTES / 2 ** 20} MB: that is no playbook.`);
  const steps = chosen(file, text, named);
  const needing = steps.find(({ asks }) => asks);
  if (needing && !yes && !front.interactive) throw new UsageError(`The step ${needing.name} may change something, and there is nobody to ask: agree with --yes, or say in its block that it changes nothing ({"changes":"false"}).`);
  const { id, failed } = await runPlaybook({
    store: workspace.store,
    host: front.host,
    root: workspace.root,
    playbook: relative(workspace.root, path).replaceAll("\\", "/"),
    text,
    steps,
    alert,
    by: await personOf(workspace),
    ask: (step) => (yes ? Promise.resolve(true) : asked(step, front.signal)),
    onStep: ({ name }) => front.say(`— ${name}`),
    onOutput: (said) => void (json ? process.stderr.write(said) : front.write(said)),
    signal: front.signal,
  });
  if (json) front.print(JSON.stringify({ id, steps: steps.map(({ name }) => name), failed: failed ?? null }));
  else front.say(failed ? `${failed.step}: ${failed.reason} What happened: llmops playbook timeline ${id.slice(0, 8)}` : `All steps passed. What happened: llmops playbook timeline ${id.slice(0, 8)}`);
  return front.signal.aborted ? EXIT.cancelled : failed ? EXIT.regression : EXIT.ok;
}

function chosen(file: string, text: string, named: readonly string[]): PlaybookStep[] {
  let steps: PlaybookStep[];
  try {
    steps = stepsOf(readPlaybook(text));
  } catch (error) {
    throw new UsageError(`${file}: ${(error as Error).message}`);
  }
  if (steps.length === 0) throw new UsageError(`${file} has no steps: blocks such as \`\`\`sh {"name":"look"}.`);
  const unknown = named.find((name) => !steps.some((step) => step.name === name));
  if (unknown !== undefined) throw new UsageError(`${file} has no step ${JSON.stringify(unknown)}: ${steps.map(({ name }) => name).join(", ")}.`);
  return steps.filter(({ name, onlyByName }) => (named.length > 0 ? named.includes(name) : !onlyByName));
}

async function asked({ name, code }: PlaybookStep, signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${code}\nRun ${name}? [y/N] `, { signal })).trim());
  } catch {
    return false;
  } finally {
    terminal.close();
  }
}
