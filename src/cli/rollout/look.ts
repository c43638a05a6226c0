import { actionsOf, findRollout, listRollouts, openRollouts, pollsOf, type RolloutRecord } from "../../core/store/rollouts/records.ts";
import type { Store } from "../../core/store/store.ts";
import { watchStore } from "../../core/store/watch.ts";
import { EXIT } from "../exit.ts";
import type { Front } from "../front.ts";
import { UsageError } from "../usage.ts";
import { actionLine, pollLine, rolloutJson, rolloutLine, rolloutWords } from "./words.ts";

export async function statusCommand(front: Front, key: string | undefined, options: { json?: boolean }): Promise<number> {
  const { store } = await front.workspace();
  const rollout = findOrThrow(store, key);
  front.print(options.json ? JSON.stringify(rolloutJson(store, rollout)) : [rolloutWords(rollout), ...pollsOf(store, rollout.seq, { limit: 1 }).map(pollLine), ...actionsOf(store, rollout.seq).map(actionLine)].join("\n"));
  return EXIT.ok;
}

export async function historyCommand(front: Front, name: string | undefined, options: { limit: number; json?: boolean }): Promise<number> {
  const { store } = await front.workspace();
  const rollouts = listRollouts(store, { name, limit: options.limit });
  if (options.json) front.print(JSON.stringify({ rollouts: rollouts.map((rollout) => rolloutJson(store, rollout, false)) }));
  else front.print(rollouts.length === 0 ? 'No rollouts yet. "llmops rollout start NAME" begins one.' : rollouts.map(rolloutLine).join("\n"));
  return EXIT.ok;
}

export async function watchCommand(front: Front, key: string | undefined, options: { json?: boolean }): Promise<number> {
  return watch(front, findOrThrow((await front.workspace()).store, key), options);
}

/** Says what a rollout does until it ends or waits for a person. Ending this does not end the rollout. */
export async function watch(front: Front, { id, seq }: RolloutRecord, { json }: { json?: boolean }): Promise<number> {
  const { store, host } = await front.workspace();
  const say = json ? front.say : front.print;
  let [poll, action] = [0, 0];
  let wake = () => {};
  const unwatch = watchStore(store, host.clock, () => wake());
  front.signal.addEventListener("abort", () => wake(), { once: true });
  try {
    for (;;) {
      const changed = new Promise<void>((resolve) => (wake = resolve));
      const rollout = findRollout(store, id)!;
      const polls = pollsOf(store, seq, { after: poll });
      const actions = actionsOf(store, seq, action);
      poll = polls.at(-1)?.id ?? poll;
      action = actions.at(-1)?.id ?? action;
      for (const { line } of [...polls.map((one) => ({ at: one.at, line: pollLine(one) })), ...actions.map((one) => ({ at: one.at, line: actionLine(one) }))].sort((a, b) => a.at - b.at)) say(line);
      if (rollout.endedAt !== undefined || rollout.state === "paused") {
        front.print(json ? JSON.stringify(rolloutJson(store, rollout)) : rolloutWords(rollout));
        return rollout.state === "promoted" ? EXIT.ok : rollout.state === "paused" ? EXIT.error : EXIT.regression;
      }
      await changed;
      front.signal.throwIfAborted();
    }
  } finally {
    unwatch();
  }
}

/** `key`: an id or its beginning, a name, or nothing: the one that is open, else the newest. */
export function findOrThrow(store: Store, key: string | undefined): RolloutRecord {
  const open = openRollouts(store);
  if (key === undefined && open.length > 1) throw new UsageError(`Several rollouts are open: name one of ${open.map(({ name }) => name).join(", ")}.`);
  const rollout = key === undefined ? (open[0] ?? listRollouts(store, { limit: 1 })[0]) : findRollout(store, key);
  if (!rollout) throw new UsageError(key === undefined ? 'No rollouts yet. "llmops rollout start NAME" begins one.' : `There is no rollout ${key}. "llmops rollout history" shows them.`);
  return rollout;
}
