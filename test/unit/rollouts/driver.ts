// Drives the rollouts of a folder in a process of its own: "driver.ts FOLDER [before|after N]". With the latter it kills
// itself, as SIGKILL from outside would, right before or after the store has kept its N-th transaction.
import { killAt } from "../store/killAt.ts";
import { Bench } from "./support.ts";

const [folder = "", when, at = "0"] = process.argv.slice(2);
const bench = await Bench.in(folder);
killAt(bench.workspace.store, when, at);
await bench.run();
bench.close();
