import type { Snapshot } from "../../config/snapshot.ts";
import { relativePosix } from "../../config/settings.ts";
import type { Problem } from "../../problem.ts";
import { loadSuite } from "../suite/loadSuite.ts";

export interface GithubPrompts {
  /** Relative to the root, with `/`. */
  readonly prompts: readonly { readonly file: string; readonly model: string | undefined; readonly cases: number; readonly graders: number }[];
  /** For `llmops.yaml`. */
  readonly proposal: string;
  readonly problems: readonly Problem[];
}

/**
 * What the `.prompt.yml` files below a folder need here: they are suites as they are, but the service that
 * answered them is gone. What in them cannot be run, or is not known, is told at its place.
 */
export async function proposeForGithubPrompts({ snapshot, root, folder }: { snapshot: Snapshot; root: string; folder: string }): Promise<GithubPrompts> {
  const files = await snapshot.glob("**/*.prompt.{yml,yaml}", folder);
  const suites = await Promise.all(files.map((file) => loadSuite({ snapshot, root, file, env: {} })));
  const prompts = suites.map((suite) => ({
    file: relativePosix(root, suite.file),
    model: suite.providers[0]?.id.replace(/^openai:chat:/, ""),
    cases: suite.cases.length,
    graders: suite.cases[0]?.assert.length ?? 0,
  }));
  return { prompts, proposal: proposalOf(prompts, relativePosix(root, folder)), problems: suites.flatMap((suite) => suite.problems) };
}

/** One endpoint for each model that the prompts name: where each is to be had only a person knows. */
function proposalOf(prompts: GithubPrompts["prompts"], folder: string): string {
  const models = [...new Set(prompts.map(({ model }) => model ?? "MODEL"))];
  const names = new Map(models.map((model, index) => [model, models.length === 1 ? "github-models" : `github-models-${index + 1}`]));
  const endpoints = [...names].map(([model, name]) => `  ${name}:\n    kind: openai\n    baseUrl: https://api.openai.com/v1   # any endpoint that has this model\n    model: ${JSON.stringify(model)}\n    apiKey: \${secret:OPENAI_API_KEY}`);
  const here = folder === "" || folder === "." ? "" : `${folder}/`;
  const suites = models.length === 1 ? [entry(`${here}**/*.prompt.{yml,yaml}`, names.get(models[0]!)!)] : prompts.map(({ file, model }) => entry(file, names.get(model ?? "MODEL")!));
  return `endpoints:\n${endpoints.join("\n")}\nsuites:\n${suites.join("\n")}\n`;
}

function entry(path: string, endpoint: string): string {
  return `  - path: ${JSON.stringify(path)}\n    endpoint: ${endpoint}`;
}
