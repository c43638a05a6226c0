// Drives a training in a process of its own: "driver.ts FOLDER KEY SANDBOX [before|after N|STATE]". With the latter it
// kills itself, as SIGKILL from outside would, right before or after the store has kept its N-th transaction, or the
// one by which the training came into a state.
import { driveTraining } from "../../../src/core/training/run/drive.ts";
import { killAt } from "../store/killAt.ts";
import { TrainingBench } from "./support.ts";

const [folder = "", key = "", sandbox = "", when, at = "0"] = process.argv.slice(2);
const bench = await TrainingBench.in(folder);
killAt(bench.workspace.store, when, at, () => bench.stored(key).state === at);
await driveTraining({ workspace: bench.workspace, sandbox: () => Promise.resolve(sandbox) }, key, new AbortController().signal);
await bench.close();
