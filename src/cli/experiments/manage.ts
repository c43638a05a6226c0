import { logBatches } from "../../core/experiments/entry.ts";
import { collectGarbage } from "../../core/experiments/gc.ts";
import { removeTag } from "../../core/store/experiments/log.ts";
import { deleteTracked, setArchived } from "../../core/store/experiments/runs.ts";
import { plural } from "../../core/regression/words.ts";
import { EXIT } from "../exit.ts";
import type { Front } from "../front.ts";
import { UsageError } from "../usage.ts";
import { runNamed } from "./find.ts";
import { entryOf } from "./pairs.ts";

export async function tagCommand(front: Front, key: string, tags: readonly string[], options: { remove?: string[]; json?: boolean }): Promise<number> {
  const { store } = await front.workspace();
  const run = runNamed(store, key);
  const entry = entryOf({ tag: [...tags] });
  const remove = options.remove ?? [];
  if (tags.length + remove.length === 0) throw new UsageError("Which tag? NAME=VALUE sets one, --remove NAME takes one away.");
  const now = front.host.clock.now();
  store.write(() => {
    for (const name of remove) if (!removeTag(store, run.id, name)) throw new UsageError(`The run ${key} has no tag ${JSON.stringify(name)}.`);
    store.emit("experiment-changed", run.key, now);
  });
  logBatches(store, run, [{ tags: entry.tags }], now);
  if (options.json) front.print(JSON.stringify({ runId: run.key }));
  return EXIT.ok;
}

export async function archiveCommand(front: Front, keys: readonly string[], options: { undo?: boolean; json?: boolean }): Promise<number> {
  const { store } = await front.workspace();
  const runs = keys.map((key) => runNamed(store, key));
  store.write(() => {
    for (const run of runs) setArchived(store, run, !options.undo, front.host.clock.now());
  });
  front.print(options.json ? JSON.stringify({ runs: runs.map((run) => run.key) }) : `${plural(runs.length, "run")} ${options.undo ? "taken out of the archive" : "archived"}.`);
  return EXIT.ok;
}

export async function deleteCommand(front: Front, keys: readonly string[], options: { json?: boolean }): Promise<number> {
  const { store } = await front.workspace();
  const runs = keys.map((key) => runNamed(store, key));
  const running = runs.find(({ status }) => status === "running");
  if (running) throw new UsageError(`The run ${running.key} is still running: nothing was deleted. End it first${running.kind === "eval" ? "" : ' ("llmops run end")'}.`);
  store.write(() => {
    for (const run of runs) deleteTracked(store, run, front.host.clock.now());
  });
  front.print(options.json ? JSON.stringify({ runs: runs.map((run) => run.key) }) : `${plural(runs.length, "run")} deleted. "llmops runs gc" frees the space of what no other run shares.`);
  return EXIT.ok;
}

export async function gcCommand(front: Front, options: { json?: boolean }): Promise<number> {
  const { store } = await front.workspace();
  const garbage = collectGarbage(store, front.host.clock.now());
  front.print(options.json ? JSON.stringify(garbage) : `Removed ${plural(garbage.outputs, "output")} (${garbage.size} characters) and ${plural(garbage.files, "file")} (${garbage.bytes} bytes) that no run needs.`);
  return EXIT.ok;
}
