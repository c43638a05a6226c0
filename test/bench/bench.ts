import { writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { build } from "../../scripts/build.mjs";
import { root } from "../harness/paths.ts";
import { authoringRows } from "./authoring.ts";
import { editorRows } from "./editor.ts";
import { engineRows } from "./engine.ts";
import { noisyRows } from "./noisyPipeline.ts";
import { experimentRows } from "./experiments/pages.ts";
import { type Row, table } from "./measure.ts";
import { pipelineRows } from "./pipeline.ts";
import { SHORT, WHOLE } from "./plan.ts";
import { trainingRows } from "./training.ts";

/** `npm run bench [engine] [pipeline] [training] [authoring] [experiments] [editor] [-- --short] [-- --write]`: all by default; `--write` keeps the table in docs/figures.md. */
const chosen = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const wants = (part: string) => chosen.length === 0 || chosen.includes(part);

await build();
const rows: Row[] = [];
if (wants("engine")) rows.push(...(await engineRows(process.argv.includes("--short") ? SHORT : WHOLE)));
if (wants("pipeline")) rows.push(...(await pipelineRows()));
if (wants("training")) rows.push(...(await trainingRows()));
if (wants("authoring")) rows.push(...(await authoringRows()));
if (wants("experiments")) rows.push(...(await experimentRows()));
if (wants("editor")) rows.push(...(await editorRows()), ...(await noisyRows()));

const [cpu] = cpus();
const machine = `${cpus().length} × ${cpu?.model.trim() ?? "unknown processor"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, ${process.platform}-${process.arch}`;
const text = `${table(rows)}\n`;
console.log(`${machine}\n\n${text}`);

if (process.argv.includes("--write")) {
  writeFileSync(
    join(root, "docs/figures.md"),
    `# Figures

Whole processes, medians, measured by \`npm run bench\` on ${machine}. Machines are noisy: what counts is the last
column, how much of its limit each figure uses beside its peer in the same run.

${text}`,
  );
}
