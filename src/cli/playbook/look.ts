import { readFile } from "node:fs/promises";
import { stripVTControlCharacters } from "node:util";
import { relativePosix } from "../../core/config/settings.ts";
import { readPlaybook } from "../../core/playbooks/document.ts";
import { stepsOf } from "../../core/playbooks/steps.ts";
import { executions, timelineOf } from "../../core/store/playbooks/timeline.ts";
import { EXIT } from "../exit.ts";
import type { Front } from "../front.ts";
import { UsageError } from "../usage.ts";

export async function listCommand(front: Front, { json }: { json?: boolean }): Promise<number> {
  const { root, disk } = await front.workspace();
  const files = await disk.glob("playbooks/**/*.md", root);
  const found = await Promise.all(
    files.map(async (file) => {
      const document = readPlaybook(await readFile(file, "utf8"));
      try {
        return { file: relativePosix(root, file), ...document.head, steps: stepsOf(document).map(({ name }) => name), problem: undefined };
      } catch (error) {
        return { file: relativePosix(root, file), ...document.head, steps: [], problem: (error as Error).message };
      }
    }),
  );
  if (json) front.print(JSON.stringify({ playbooks: found }));
  else if (found.length === 0) front.print("There is no playbook: Markdown in the folder playbooks (docs/playbooks.md).");
  else for (const { file, steps, problem } of found) front.print(`${file}   ${problem ?? steps.join(", ")}`);
  return EXIT.ok;
}

export async function timelineCommand(front: Front, id: string | undefined, { json }: { json?: boolean }): Promise<number> {
  const { store } = await front.workspace();
  const found = executions(store, id);
  if (id === undefined) {
    if (json) front.print(JSON.stringify({ executions: found }));
    else if (found.length === 0) front.print("No playbook has run yet.");
    else for (const one of found) front.print(`${one.id.slice(0, 8)}   ${new Date(one.startedAt).toISOString()}   ${one.playbook}${one.alert === undefined ? "" : `   for ${one.alert}`}   by ${one.startedBy}`);
    return EXIT.ok;
  }
  const [execution, another] = found;
  if (!execution || another) throw new UsageError(`${execution ? "Several executions begin" : "No execution begins"} with ${id}. "llmops playbook timeline" shows them.`);
  const timeline = timelineOf(store, execution.id);
  if (json) front.print(JSON.stringify({ ...execution, timeline }));
  else for (const { at, kind, step, text } of timeline) front.print(`${new Date(at).toISOString()}   ${kind}${step === null ? "" : ` ${step}`}${text.trim() === "" ? "" : `\n${indented(text)}`}`);
  return EXIT.ok;
}

function indented(text: string): string {
  return stripVTControlCharacters(text).trimEnd().replace(/^/gm, "    ");
}
