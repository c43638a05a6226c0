import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import * as z from "zod";
import { ArtifactError, artifactFile, artifactPath, keepArtifact } from "../artifacts.ts";
import { type ArtifactRecord, artifactsOf } from "../../store/experiments/artifacts.ts";
import type { TrackedRun } from "../../store/experiments/runs.ts";
import { invalid, missing } from "./errors.ts";
import { type Context, type Route, route, runOf } from "./route.ts";
import { ofRun } from "./wire.ts";

export const ARTIFACT_ROUTES: Readonly<Record<string, Route>> = {
  "GET artifacts/list": route(ofRun.extend({ path: z.string().default("") }), (context, input) => {
    const run = runOf(context, input);
    const files = listing(artifactsOf(context.store, run.id), input.path).map((file) => ({ ...file, path: input.path ? `${input.path}/${file.path}` : file.path }));
    return { root_uri: `mlflow-artifacts:/${run.experimentId}/${run.key}/artifacts`, files };
  }),
};

/** What a folder of a run holds, for `EXPERIMENT/RUN/artifacts/FOLDER`; of a file nothing. */
export function listArtifacts(context: Context, path: string): object {
  const { run, within } = placeOf(context, path);
  const files = listing(artifactsOf(context.store, run.id), within);
  return files.length === 0 ? {} : { files };
}

export async function putArtifactAt(context: Context, path: string, content: Readable): Promise<void> {
  const { run, within } = placeOf(context, path);
  if (run.kind === "eval") throw invalid("A suite's run keeps what was measured, and no files.");
  try {
    await keepArtifact(context.store, run, within, content, context.now());
  } catch (error) {
    throw error instanceof ArtifactError ? invalid(error.message) : error;
  }
}

export function getArtifactAt(context: Context, path: string): { readonly size: number; readonly content: Readable } {
  const { run, within } = placeOf(context, path);
  const found = artifactsOf(context.store, run.id).find((artifact) => artifact.path === within);
  if (!found) throw missing("artifact", within);
  return { size: found.size, content: createReadStream(artifactFile(context.store, found.hash)) };
}

function placeOf(context: Context, path: string): { run: TrackedRun; within: string } {
  const [, run, folder, ...rest] = path.split("/");
  if (run === undefined || folder !== "artifacts") throw invalid(`${JSON.stringify(path)} is no path of an artifact: EXPERIMENT/RUN/artifacts/PATH.`);
  try {
    return { run: runOf(context, { run_id: run }), within: rest.join("/") === "" ? "" : artifactPath(rest.join("/")) };
  } catch (error) {
    throw error instanceof ArtifactError ? invalid(error.message) : error;
  }
}

/** Files and folders right below a folder, by their names. */
function listing(artifacts: readonly ArtifactRecord[], folder: string): { path: string; is_dir: boolean; file_size?: number }[] {
  const prefix = folder === "" ? "" : `${folder}/`;
  const below = artifacts.filter(({ path }) => path.startsWith(prefix)).map(({ path, size }) => ({ parts: path.slice(prefix.length).split("/"), size }));
  const folders = [...new Set(below.filter(({ parts }) => parts.length > 1).map(({ parts }) => parts[0] as string))];
  return [...folders.map((path) => ({ path, is_dir: true })), ...below.filter(({ parts }) => parts.length === 1).map(({ parts, size }) => ({ path: parts[0] as string, is_dir: false, file_size: size }))];
}
