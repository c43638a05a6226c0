import { cpus, totalmem } from "node:os";
import { engineRows } from "./engine.ts";
import { table } from "./measure.ts";

const [cpu] = cpus();
console.log(`${cpus().length} × ${cpu?.model.trim() ?? "unknown processor"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, ${process.platform}-${process.arch}`);
console.log("Whole processes, medians. Machines are noisy: the last column is what counts.\n");
console.log(table(await engineRows()));
