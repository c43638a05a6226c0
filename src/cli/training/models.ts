import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { modelVersions } from "../../core/store/training/models.ts";
import { modelCard, placesOf } from "../../core/training/modelCard.ts";
import { EXIT } from "../exit.ts";
import type { Front } from "../front.ts";
import { UsageError } from "../usage.ts";

export async function modelListCommand(front: Front, name: string | undefined, { json }: { json?: boolean }): Promise<number> {
  const { store } = await front.workspace();
  const models = modelVersions(store, name).map((model) => ({ ...model, environments: placesOf(store, model) }));
  if (json) front.print(JSON.stringify({ models }));
  else if (models.length === 0) front.print("No training has made a model yet.");
  for (const { name: of, version, model, training, environments } of json ? [] : models) front.print(`${of}@${version}  ${model}  from ${training.slice(0, 8)}${environments.length > 0 ? `  in ${environments.join(", ")}` : ""}`);
  return EXIT.ok;
}

export async function modelCardCommand(front: Front, wanted: string, { output }: { output?: string }): Promise<number> {
  const { store } = await front.workspace();
  const [, name = "", version] = /^(.+?)(?:@(\d+))?$/.exec(wanted) ?? [];
  const versions = modelVersions(store, name);
  const model = version === undefined ? versions[0] : versions.find((one) => one.version === Number(version));
  if (!model) throw new UsageError(versions.length === 0 ? `No training named ${JSON.stringify(name)} has made a model. "llmops model list" shows them.` : `${name} has the versions ${versions.map((one) => one.version).join(", ")}, and not ${version}.`);
  const card = modelCard(store, model);
  if (output === undefined) front.write(card);
  else await writeFile(resolve(front.cwd, output), card);
  return EXIT.ok;
}
