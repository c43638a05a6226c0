import { dirname } from "node:path";
import { layeredSnapshot } from "../../core/config/memorySnapshot.ts";
import { relativePosix } from "../../core/config/settings.ts";
import type { Snapshot } from "../../core/config/snapshot.ts";
import { visibleEnv } from "../../core/config/visibleEnv.ts";
import { START } from "../../core/problem.ts";
import type { Case, Message, Prompt } from "../../core/evals/model.ts";
import { promptsOfFile } from "../../core/evals/suite/promptFiles.ts";
import { placeAt, SuiteSource } from "../../core/evals/suite/source.ts";
import { createRenderer } from "../../core/prompts/renderer.ts";
import { resolveBaseline } from "../../core/regression/baseline/resolve.ts";
import { evaluateSuite } from "../../core/regression/evaluate.ts";
import { formatDuration } from "../../core/regression/words.ts";
import { readVersion, type SuiteVersion, type Workspace } from "../../core/regression/workspace.ts";
import { resultsOf } from "../../core/store/runs.ts";
import type { PreviewAction, PreviewAnswer, PreviewMessage, PreviewView } from "../../protocol/authoring.ts";
import { linesBetween } from "./linesBetween.ts";
import { outputText, titleOf } from "./outputs.ts";

/** Characters a token of English text has, about: ± 25 %. */
const CHARACTERS_A_TOKEN = 4;
/** A longer text is shown up to here. */
const SHOWN = 200_000;

interface Loaded {
  readonly file: string;
  readonly version: SuiteVersion;
  readonly baseline: Snapshot | undefined;
  readonly label: string | undefined;
}

/** Prompts filled in as they are typed. The suite around them is read when the preview opens and after each save. */
export class PreviewWork {
  private loaded: Promise<Loaded> | undefined;
  private of = "";

  async render(workspace: Workspace, suite: string, action: PreviewAction): Promise<PreviewView> {
    if (action.reload || this.of !== suite || !this.loaded) {
      this.of = suite;
      this.loaded = load(workspace, suite);
    }
    const { version, baseline, label } = await this.loaded;
    const { cases } = version.suite;
    const test = cases.find(({ id }) => id === action.caseId) ?? cases[0];
    const file = action.file;
    const prompts = await promptsIn(workspace, version, layeredSnapshot(new Map([[file, action.text]]), workspace.disk), file);
    const number = Math.min(action.prompt ?? 0, Math.max(0, prompts.length - 1));
    const prompt = prompts[number];
    const shared = {
      suite: relativePosix(workspace.root, suite),
      cases: cases.map((one) => ({ id: one.id, label: titleOf(one) })),
      caseId: test?.id,
      prompts: prompts.map((one, index) => one.label ?? `prompt ${index + 1}`),
      prompt: number,
      endpoints: Object.keys(version.config?.endpoints ?? {}),
      endpoint: version.settings.endpoint,
      baseline: label,
    };
    if (!prompt) return { ...shared, messages: [], tokens: 0, problem: "There is no prompt in this file." };
    try {
      const now = await filled(version, prompt, test);
      const then = baseline && (await promptsIn(workspace, version, baseline, file))[number];
      const before = then && (await filled(version, then, test).catch(() => undefined));
      return { ...shared, messages: now.map((message, index) => viewOf(message, before?.[index])), tokens: tokensOf(now) };
    } catch (error) {
      return { ...shared, messages: [], tokens: 0, problem: error instanceof Error ? error.message : String(error) };
    }
  }
}

async function load(workspace: Workspace, file: string): Promise<Loaded> {
  const version = await readVersion(workspace, workspace.disk, file);
  const { baseline } = await resolveBaseline(workspace, file, version.files);
  return { file, version, baseline: baseline?.snapshot, label: baseline?.info.label };
}

type Template = Pick<Prompt, "template" | "dialect" | "defaults"> & { readonly label?: string };

/** The prompts of a file at one version; of a suite that holds its prompts, those. */
async function promptsIn(workspace: Workspace, version: SuiteVersion, snapshot: Snapshot, file: string): Promise<readonly Template[]> {
  if (file === version.suite.file) return (await readVersion(workspace, snapshot, file, { withoutTests: true })).suite.prompts;
  const source = new SuiteSource(snapshot, workspace.root, dirname(version.suite.file), version.env);
  return promptsOfFile(source, file, placeAt({ file, range: START }), {});
}

async function filled(version: SuiteVersion, { template, dialect = "nunjucks", defaults }: Template, test: Case | undefined): Promise<readonly Message[]> {
  const renderer = await createRenderer([dialect]);
  const { prefix = "", suffix = "" } = test?.options ?? {};
  return renderer.prompt(`${prefix}${template}${suffix}`, { ...defaults, ...test?.vars }, visibleEnv(version.env, version.suite.options.env), dialect).messages;
}

function viewOf(message: Message, before: Message | undefined): PreviewMessage {
  const text = contentOf(message).slice(0, SHOWN);
  return { role: message.role, tokens: Math.ceil(text.length / CHARACTERS_A_TOKEN), lines: before === undefined ? text.split(/\r\n|\n|\r/).map((line) => ({ text: line, kind: "same" })) : linesBetween(contentOf(before).slice(0, SHOWN), text) };
}

function tokensOf(messages: readonly Message[]): number {
  return Math.ceil(messages.reduce((sum, message) => sum + contentOf(message).length, 0) / CHARACTERS_A_TOKEN);
}

function contentOf({ content }: Message): string {
  return typeof content === "string" ? content : JSON.stringify(content, null, 2);
}

/** Asks one case with the text as it is typed, of one endpoint. */
export async function answerOf(workspace: Workspace, suite: string, { file, text, caseId, endpoint }: { readonly file: string; readonly text: string; readonly caseId: string; readonly endpoint?: string }, options: { readonly sandbox: () => Promise<string>; readonly signal: AbortSignal; readonly onStart: (runId: string) => void }): Promise<PreviewAnswer[]> {
  const made = { ...workspace, disk: layeredSnapshot(new Map([[file, text]]), workspace.disk) };
  const { report, version } = await evaluateSuite(made, { file: suite, trigger: "manual", ask: true, repeat: 1, ...(endpoint === undefined ? {} : { endpoint }), filter: ({ id }) => id === caseId, ...options });
  const inFile = new Set(version.suite.prompts.filter((prompt) => prompt.location.file === file).map(({ key }) => key));
  const rows = resultsOf(workspace.store, report.runId, caseId).filter(({ arm }) => arm === "current");
  return report.series.flatMap((series) => {
    const row = rows.find((one) => one.series === series.key);
    if (!row || (inFile.size > 0 && !inFile.has(series.prompt))) return [];
    const reason = row.status === "passed" ? "" : ((JSON.parse(row.detail ?? "{}") as { reason?: string }).reason ?? "");
    const facts = [row.latencyMs === undefined ? undefined : formatDuration(row.latencyMs), row.tokens === undefined ? undefined : `${row.tokens} tokens`, row.cached ? "from cache" : undefined];
    return [{ series: series.key, status: row.status, output: outputText(row.output), reason, facts: facts.filter((fact) => fact !== undefined).join(" · ") }];
  });
}
