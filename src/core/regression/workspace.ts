import { dirname, join } from "node:path";
import { withDotenv } from "../config/dotenv.ts";
import { type LoadedConfig, loadConfig } from "../config/load.ts";
import { didYouMean } from "../config/suggest.ts";
import { relevantText } from "../config/relevant.ts";
import { CONFIG_FILE } from "../config/root.ts";
import type { LlmopsConfig } from "../config/schema.ts";
import { relativePosix, suiteSettings, type SuiteSettings } from "../config/settings.ts";
import type { Snapshot } from "../config/snapshot.ts";
import type { Suite } from "../evals/model.ts";
import { checkSettings } from "./suiteChecks.ts";
import { endpointProvider } from "../evals/providers/endpoint.ts";
import { findSuites } from "../evals/suite/findSuites.ts";
import { loadSuite, type LoadOptions } from "../evals/suite/loadSuite.ts";
import { createSuiteCode } from "../evals/suiteCode/pool.ts";
import { interpretersOf } from "../evals/suiteCode/runtimes.ts";
import type { Repository } from "../git/repository.ts";
import type { Host } from "../host.ts";
import { type Problem, START } from "../problem.ts";
import type { Store } from "../store/store.ts";

/** A function that makes tests may read files and databases. */
const GENERATOR_MS = 30_000;

/** A folder with suites, its memory and its history. */
export interface Workspace {
  /** Absolute path; all paths in reports are relative to it. */
  readonly root: string;
  readonly host: Host;
  readonly store: Store;
  readonly repository: Repository | undefined;
  /** The files as they are on disk (or in the editor, where a person lets unsaved text count). */
  readonly disk: Snapshot;
}

/** A suite as one version of the workspace has it, with its providers decided. */
export interface SuiteVersion {
  readonly suite: Suite;
  readonly settings: SuiteSettings;
  readonly config: LlmopsConfig | undefined;
  /** Posix path relative to the root → text, of all files that decide the suite's results; of `llmops.yaml` only what does. */
  readonly files: ReadonlyMap<string, string>;
  /** By line of `llmops.yaml` in `files`, its line in the file; `undefined`: the same. */
  readonly configLines: readonly number[] | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface ReadOptions {
  /** Name of an endpoint of `llmops.yaml` that replaces whatever would be asked. */
  readonly endpoint?: string;
  /** Asked for at that endpoint, or at the suite's, instead of its own model. */
  readonly model?: string;
  /** Only prompts and providers count: code that makes tests does not run. */
  readonly withoutTests?: boolean;
  /** It is read for a run, which begins with its `beforeAll`. */
  readonly hooks?: LoadOptions["hooks"];
}

/** Reads a suite through a snapshot. Never throws for what people wrote: that is in `suite.problems`. */
export async function readVersion(workspace: Pick<Workspace, "root" | "host">, snapshot: Snapshot, file: string, { endpoint: instead, model, withoutTests = false, hooks }: ReadOptions = {}): Promise<SuiteVersion> {
  const { root, host } = workspace;
  const folders = [dirname(file), root];
  const [{ env }, loaded] = await Promise.all([withDotenv(host.env, folders, (path) => snapshot.read(path).catch(() => undefined)), loadConfig({ snapshot, root })]);
  const settings = suiteSettings(loaded.config, root, file);
  const code = withoutTests ? undefined : createSuiteCode(host.processes, { cwd: dirname(file), timeoutMs: GENERATOR_MS, interpreters: interpretersOf(host.env) });
  const own = await loadSuite({ snapshot, root, file, env, code, hooks }).finally(() => code?.close());

  const name = instead ?? settings.endpoint;
  const endpoint = name === undefined ? undefined : loaded.config?.endpoints?.[name];
  const providers = endpoint && name !== undefined ? [endpointProvider(name, model === undefined ? endpoint : { ...endpoint, model }, () => loaded.locate(["endpoints", name]))] : own.providers;
  const files = new Map([...own.files].map(([path, text]) => [relativePosix(root, path), text]));
  const relevant = loaded.document && relevantText(loaded.document.text);
  if (relevant) files.set(CONFIG_FILE, relevant.text);
  const problems = [...own.problems, ...loaded.problems, ...(providers.length === 0 ? noProviders(own) : []), ...(instead !== undefined && !endpoint ? [unknownEndpoint(instead, loaded)] : [])];
  // An endpoint that replaces the suite's providers replaces those of single tests, too.
  const cases = endpoint ? own.cases.map(({ provider: _provider, ...test }) => test) : own.cases;
  const version = { suite: { ...own, providers, cases, problems }, settings, config: loaded.config, files, configLines: relevant?.lines, env };
  if (problems.some(({ severity }) => severity === "error")) return version;
  const checked = await checkSettings(version, loaded, root, () => othersOf(settings.entry, { snapshot, root, file, env, config: loaded.config }));
  return { ...version, settings: { ...settings, gates: checked.gates }, suite: { ...version.suite, problems: [...problems, ...checked.problems] } };
}

/** The other suites that an entry of `llmops.yaml` is for, as far as they can be read without their code. */
async function* othersOf(entry: number | undefined, { snapshot, root, file, env, config }: { snapshot: Snapshot; root: string; file: string; env: SuiteVersion["env"]; config: LlmopsConfig | undefined }): AsyncGenerator<Pick<SuiteVersion, "suite" | "settings" | "config">> {
  const glob = entry === undefined ? undefined : config?.suites?.[entry]?.path;
  if (glob === undefined) return;
  const files = new Set([...(await findSuites(snapshot, root)), ...(await snapshot.glob(glob.replace(/^(\.\/)+/, ""), root))]);
  for (const other of files) {
    const settings = suiteSettings(config, root, other);
    if (other === file || settings.entry !== entry) continue;
    const suite = await loadSuite({ snapshot, root, file: other, env });
    if (!suite.problems.some(({ severity }) => severity === "error")) yield { suite, settings, config };
  }
}

function unknownEndpoint(name: string, { config, file }: LoadedConfig): Problem {
  const hint = didYouMean(name, Object.keys(config?.endpoints ?? {}));
  return { severity: "error", code: "unknown-endpoint", message: `There is no endpoint named ${JSON.stringify(name)} in llmops.yaml.${hint}`, location: { file, range: START } };
}

/** A suite that asks nobody would pass without a single answer. */
function noProviders({ file, problems }: Suite): Problem[] {
  if (problems.some((problem) => problem.severity === "error")) return [];
  return [{ severity: "error", code: "no-providers", message: "This suite names no provider. Add e.g. providers: [openai:chat:MODEL], or an endpoint for it in llmops.yaml.", location: { file, range: START } }];
}

export function absolutePath(root: string, posix: string): string {
  return join(root, ...posix.split("/"));
}

/** Who acts here: as git would name them, else the account. */
export async function personOf({ repository, host }: Workspace): Promise<string> {
  return (await repository?.person()) ?? host.env["USER"] ?? host.env["USERNAME"] ?? "somebody";
}
