import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { diskSnapshot } from "../core/config/diskSnapshot.ts";
import { relativePosix } from "../core/config/settings.ts";
import type { Problem } from "../core/problem.ts";
import { ProblemError } from "../core/problem.ts";
import { plural } from "../core/regression/words.ts";
import { EXIT } from "./exit.ts";
import type { Front } from "./front.ts";
import { suiteTable } from "./table.ts";
import { UsageError } from "./usage.ts";

const MEGABYTE = 2 ** 20;
/** By a file's extension. A registry is written by hand. */
const MOST_MEGABYTES = { yaml: 4, json: 256 };
/** What does not carry over, for people; more would hide the result. */
const MOST_TOLD = 100;

interface Options {
  readonly output?: string;
  readonly eval?: string;
  readonly data?: string;
  readonly suite?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Brings in what another tool has: what it is, its name tells. */
export async function importCommand(front: Front, from: string, options: Options): Promise<number> {
  const path = resolve(front.cwd, from);
  const info = await stat(path).catch(() => undefined);
  if (!info) throw new UsageError(`There is no ${from}.`);
  try {
    if (info.isDirectory()) return await fromGithub(front, path, options);
    const kind = /\.ya?ml$/i.test(path) ? "yaml" : /\.json$/i.test(path) ? "json" : undefined;
    if (kind && info.size > MOST_MEGABYTES[kind] * MEGABYTE) throw new UsageError(`${from} has ${Math.round(info.size / MEGABYTE)} MB; at most ${MOST_MEGABYTES[kind]} MB are read.`);
    if (kind === "yaml") return await fromOpenAiEvals(front, path, options);
    if (kind === "json") return await fromPromptfoo(front, path, options);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    front.problem(error.problem);
    return EXIT.usage;
  }
  throw new UsageError(`${from} cannot be imported: name a registry file of OpenAI Evals (.yaml), a folder of .prompt.yml files, or promptfoo's results (.json).`);
}

async function fromOpenAiEvals(front: Front, file: string, options: Options): Promise<number> {
  if (options.output === undefined) throw new UsageError("Say with -o which folder the suite is to be written into.");
  const folder = resolve(front.cwd, options.output);
  const { importOpenAiEvals } = await import("../core/evals/import/openAiEvals.ts");
  const imported = await importOpenAiEvals({ file, text: await readFile(file, "utf8"), name: options.eval, read: evalFiles(file, options.data && resolve(front.cwd, options.data)) });
  const files = [...imported.files].map(([name, text]) => ({ path: join(folder, name), text }));
  await writeNew(front, files, options.force === true);
  const written = files.map(({ path }) => relative(front.cwd, path) || path);
  report(front, options, { from: "openai-evals", eval: imported.name, tests: imported.tests, files: written }, imported.problems, `${imported.name}: ${plural(imported.tests, "test")}, written into ${written.join(" and ")}.\nNext: choose the provider in the suite, then "llmops eval ${written[0]}".`);
  return EXIT.ok;
}

/** Where an export keeps its samples and model-graded specs. Nothing outside of these folders is read. */
function evalFiles(file: string, data: string | undefined): (kind: "data" | "modelgraded", path: string) => Promise<{ file: string; text: string } | undefined> {
  const here = dirname(file);
  const registry = basename(here) === "evals" ? dirname(here) : here;
  return async (kind, path) => {
    const folders = data === undefined ? [join(registry, kind), here] : [join(data, kind), data];
    for (const folder of folders) {
      if (!(await isThere(folder))) continue;
      const found = resolve(folder, path);
      try {
        const text = await diskSnapshot(folder).read(found);
        if (text !== undefined) return { file: found, text };
      } catch (error) {
        throw new UsageError(error instanceof Error ? error.message : String(error));
      }
    }
    return undefined;
  };
}

async function fromGithub(front: Front, folder: string, options: Options): Promise<number> {
  const { root, disk } = await front.workspace(folder);
  const { proposeForGithubPrompts } = await import("../core/evals/import/githubPrompts.ts");
  const { prompts, proposal, problems } = await proposeForGithubPrompts({ snapshot: disk, root, folder });
  if (prompts.length === 0) throw new UsageError(`There is no .prompt.yml file in ${relative(front.cwd, folder) || folder}.`);
  const list = prompts.map(({ file, model, cases, graders }) => `${file}: ${plural(cases, "case")}, ${plural(graders, "evaluator")}, model ${model ?? "not named"}`);
  report(front, options, { from: "github-models", prompts, proposal }, problems, `${list.join("\n")}\nThey run as they are; nothing was written. GitHub Models is gone: add an endpoint to llmops.yaml, such as\n\n${proposal}`);
  return EXIT.ok;
}

async function fromPromptfoo(front: Front, file: string, options: Options): Promise<number> {
  const workspace = await front.workspace();
  const { readPromptfooResults } = await import("../core/evals/import/promptfooResults.ts");
  const { storeImportedRun } = await import("../core/regression/importRun.ts");
  const text = await readFile(file, "utf8");
  const results = readPromptfooResults(file, text);
  if (results.rows.length === 0) throw new UsageError(`${basename(file)} has no rows.`);
  const run = storeImportedRun(workspace, results, relativePosix(workspace.root, options.suite === undefined ? file : resolve(front.cwd, options.suite)), text);
  report(front, options, { from: "promptfoo", runId: run.runId, suite: run.suite, rows: results.rows.length }, results.problems, `${suiteTable(run, front.host.clock.now())}\n${plural(results.rows.length, "row")} stored as run ${run.runId.slice(0, 8)}: "llmops runs show ${run.runId.slice(0, 8)}" shows it.`);
  return EXIT.ok;
}

/** All or none: an import that would overwrite something writes nothing. */
async function writeNew(front: Front, files: readonly { path: string; text: string }[], force: boolean): Promise<void> {
  for (const { path } of files) {
    if (!force && (await isThere(path))) throw new UsageError(`${relative(front.cwd, path) || path} is there already; nothing was written. --force overwrites it.`);
  }
  for (const { path, text } of files) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, force ? {} : { flag: "wx" });
  }
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function report(front: Front, { json }: Options, result: object, problems: readonly Problem[], words: string): void {
  for (const problem of problems.slice(0, MOST_TOLD)) front.problem(problem);
  if (problems.length > MOST_TOLD) front.say(`… and ${problems.length - MOST_TOLD} more: --json names all.`);
  if (json) front.print(JSON.stringify({ ...result, notCarriedOver: problems.map(({ code, message, location: { file, range } }) => ({ code, message, file: relative(front.cwd, file) || file, line: range.start.line + 1, column: range.start.character + 1 })) }));
  else front.print(words.trimEnd());
}
