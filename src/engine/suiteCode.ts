import { createRequire } from "node:module";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { runSuiteCodeChild } from "../core/evals/suiteCode/child.ts";

/** A script in an endless loop never hears that its parent is gone; this thread does. */
const WATCHDOG = `
  const { workerData: parent } = require("node:worker_threads");
  setInterval(() => {
    try {
      process.kill(parent, 0);
      if (process.ppid === parent) return;
    } catch {}
    process.kill(process.pid, "SIGKILL");
  }, 1000);
`;

/** The process that evaluates a suite's own code; it ends with its parent. */
export function startSuiteCode(): void {
  const send = process.send?.bind(process);
  if (!send) throw new Error("The suite-code mode is started by the engine itself, not from a terminal.");
  process.on("disconnect", () => process.exit());
  // A Ctrl+C goes to all of a terminal's processes; the engine ends this one, once hooks have heard of the end.
  process.on("SIGINT", () => {});
  new Worker(WATCHDOG, { eval: true, workerData: process.ppid }).unref();
  const require = createRequire(join(process.cwd(), "suite.cjs"));
  runSuiteCodeChild({
    cwd: process.cwd(),
    send: (message) => void send(message),
    onMessage: (listener) => void process.on("message", listener),
    // promptfoo's scripts load modules through `process.mainModule.require`, which ESM does not have.
    process: Object.create(process, { mainModule: { value: { require } } }) as object,
    require,
  });
}
