import { startTracked } from "../../experiments/start.ts";
import { absolutePath, type Workspace } from "../../regression/workspace.ts";
import { addTraining, listTrainings, type TrainingRecord } from "../../store/training/trainings.ts";
import { NothingToTrain, readDefinition, type TrainingDefinition } from "../definition.ts";

export interface StartTraining {
  /** Its entry in `training:`; `undefined`: the only one. */
  readonly name: string | undefined;
  /** The step of the pipeline's run that starts it. */
  readonly origin?: string;
  /** Though the same data has been trained with. */
  readonly again?: boolean;
  readonly by: string | undefined;
}

/**
 * Stores a training that nobody drives yet, and returns its key.
 * @throws {NothingToTrain} also where nothing is new since the last one, which then is named.
 * @throws {ProblemError} for a mistake of `llmops.yaml`.
 */
export async function startTraining(workspace: Workspace, { name: wanted, origin, again, by }: StartTraining): Promise<string> {
  const { store, root } = workspace;
  const { name, definition } = await readDefinition(workspace, wanted);
  const { config } = definition;
  const data = absolutePath(root, config.data);
  let key: string;
  try {
    key = await startTracked(
      workspace,
      {
        kind: "train",
        name,
        experiment: `training ${name}`,
        parent: undefined,
        prompts: [],
        data: [data],
        entry: { params: parametersOf(config) },
      },
      (run, hashes) => {
        const last = again ? undefined : listTrainings(store, { name, limit: 20 }).find(({ state }) => state === "better" || state === "not-better");
        const [hash] = Object.values(hashes);
        if (last && last.data === hash && isSame(last, definition)) throw new NothingToTrain(`Nothing is new: ${last.key.slice(0, 8)} was trained with the same data and settings, and is ${last.state === "better" ? "better" : "not better"}. "--again" trains once more.`, last);
        addTraining(store, run, { name, origin, definition: JSON.stringify(definition), startedBy: by });
      },
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new NothingToTrain(`There is no file ${config.data}, which ${name} is to be trained with.`);
    throw error;
  }
  return key;
}

function parametersOf({ kind, base, seed, hyperparameters }: TrainingDefinition["config"]): Record<string, string> {
  const given = { trainer: kind, base, seed, ...hyperparameters };
  return Object.fromEntries(Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));
}

function isSame(last: TrainingRecord, definition: TrainingDefinition): boolean {
  return last.definition === JSON.stringify(definition);
}
