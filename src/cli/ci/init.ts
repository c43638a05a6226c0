import { access, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { envIn, secretsIn } from "../../core/config/references.ts";
import { loadConfig } from "../../core/config/load.ts";
import { CONFIG_FILE } from "../../core/config/root.ts";
import type { LlmopsConfig } from "../../core/config/schema.ts";
import { EXIT } from "../exit.ts";
import type { Front } from "../front.ts";
import { UsageError } from "../usage.ts";
import { githubWorkflow } from "./github.ts";
import { githubJobsWorkflow } from "./githubJobs.ts";
import { gitlabPipeline } from "./gitlab.ts";

/** What a workflow is written from. */
export interface CiSettings {
  /** What npm installs the engine from; a path is relative to the repository. */
  readonly packageSpec: string;
  /** Names that the configuration takes from the environment. */
  readonly variables: readonly string[];
  /** Of the eval steps of the on-commit stages: what the report is made of. Empty: all suites. */
  readonly suites: readonly string[];
  readonly defaultBranch: string;
}

const GITHUB_SECRETS = "give each secret that it names its value under Settings → Secrets and variables → Actions";
const SYSTEMS = {
  github: { file: ".github/workflows/llmops.yml", text: githubWorkflow, secrets: GITHUB_SECRETS },
  "github-jobs": { file: ".github/workflows/llmops-jobs.yml", text: githubJobsWorkflow, secrets: GITHUB_SECRETS },
  gitlab: { file: ".gitlab-ci.yml", text: gitlabPipeline, secrets: "give each variable that it names its value under Settings → CI/CD → Variables" },
} as const;

interface Options {
  package?: string;
  force?: boolean;
  json?: boolean;
}

/** Writes a short workflow that runs the pipeline as the terminal does. */
export async function ciInitCommand(front: Front, system: string, options: Options): Promise<number> {
  if (!isSystem(system)) throw new UsageError(`There is no CI system ${JSON.stringify(system)} here. Possible: ${Object.keys(SYSTEMS).join(", ")}.`);
  if (options.package === undefined) {
    throw new UsageError('Say with --package what npm installs the engine from: a name with its version, a URL, or a tarball in this repository ("npm pack" in a checkout of LLMOps writes one), such as --package ./tools/llmops.tgz.');
  }
  const packageSpec = safeSpec(options.package);
  const { root, repository, disk } = await front.workspace();
  const { config, problems } = await loadConfig({ snapshot: disk, root });
  for (const problem of problems) front.problem(problem);
  if (!config) throw new UsageError(problems.length > 0 ? `Mend ${CONFIG_FILE} first.` : `There is no ${CONFIG_FILE} with a pipeline here.`);
  const stages = (config.pipeline ?? []).filter(({ trigger }) => trigger === "on-commit");
  if (stages.length === 0 && system !== "github-jobs") throw new UsageError(`${CONFIG_FILE} has no stage with the trigger on-commit: there is nothing that CI would run.`);
  if (repository && root !== repository.root) throw new UsageError(`CI systems look for their workflows in ${repository.root}, and ${CONFIG_FILE} is in ${root}: move it there.`);

  const { file, text, secrets } = SYSTEMS[system];
  const path = join(root, file);
  if (!options.force && (await exists(path))) throw new UsageError(`${path} is there already; it was left as it is. --force overwrites it.`);
  const defaultBranch = (await repository?.defaultBranch())?.replace(/^origin\//, "") ?? "main";
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text({ packageSpec, variables: variablesOf(config), suites: [...new Set(stages.flatMap(({ steps }) => steps.flatMap((step) => step.eval ?? [])))], defaultBranch }));
  front.print(options.json ? JSON.stringify({ file: path }) : `${path} written. Commit it; ${secrets}.`);
  return EXIT.ok;
}

function isSystem(name: string): name is keyof typeof SYSTEMS {
  return Object.hasOwn(SYSTEMS, name);
}

/** It ends up in a shell's command line, quoted. */
function safeSpec(spec: string): string {
  if (!/^[A-Za-z0-9@./:_~^+=#?&%-]+$/.test(spec)) throw new UsageError(`${JSON.stringify(spec)} is nothing that npm installs from: a name with its version, a URL or a path without spaces.`);
  return spec;
}

function variablesOf(config: LlmopsConfig): string[] {
  return [...new Set([...secretsIn(config), ...envIn(config)])].sort();
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
