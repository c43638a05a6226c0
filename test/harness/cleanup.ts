const tasks = new Set<() => void>();

process.once("exit", () => {
  for (const task of tasks) task();
});
for (const [signal, code] of [["SIGHUP", 129], ["SIGINT", 130], ["SIGTERM", 143]] as const) {
  process.once(signal, () => process.exit(code));
}

/**
 * Runs `task` when this process ends, also by Ctrl+C or a termination signal. It must be synchronous.
 * Returns a function that runs it now instead; a second call does nothing.
 */
export function onExit(task: () => void): () => void {
  tasks.add(task);
  return () => {
    if (tasks.delete(task)) task();
  };
}
