// Drives a run in a process of its own: "driver.ts FOLDER KEY [before|after N]". With the latter it kills
// itself, as SIGKILL from outside would, right before or after the store has kept its N-th transaction.
import { appendFileSync } from "node:fs";
import { drive } from "../../../src/core/pipeline/run/drive.ts";
import { killAt } from "../store/killAt.ts";
import { Bench } from "./support.ts";

const [folder = "", key = "", when, at = "0"] = process.argv.slice(2);
const bench = await Bench.in(folder);
killAt(bench.workspace.store, when, at);
const run = await drive(bench.context, key, new AbortController().signal);
if (when === undefined) appendFileSync(1, `${run?.state}\n`);
bench.close();
