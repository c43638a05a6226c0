import { Redactor } from "../../core/config/redactor.ts";
import { visibleEnv } from "../../core/config/visibleEnv.ts";
import type { Render as Fill } from "../../core/evals/assertions/definition.ts";
import { createJudge } from "../../core/evals/assertions/gradeRow.ts";
import { type InstructionCheck, instructionChecks } from "../../core/evals/instructions/checks.ts";
import { comparesColumns } from "../../core/evals/judges/columns.ts";
import { type Comparison, createComparison } from "../../core/evals/judges/compareColumns.ts";
import { createAnswerMetrics } from "../../core/evals/metrics/answerMetrics.ts";
import { type Case, JudgeError, type RowGrade } from "../../core/evals/model.ts";
import { CallError } from "../../core/evals/providers/provider.ts";
import { Caller } from "../../core/evals/run/caller.ts";
import { withMadeQuestions } from "../../core/evals/run/made.ts";
import { type RenderPrompt, rowsOf } from "../../core/evals/run/rows.ts";
import { type Series, testOf } from "../../core/evals/run/series.ts";
import { createRenderer } from "../../core/prompts/renderer.ts";
import { resolveBaseline } from "../../core/regression/baseline/resolve.ts";
import { createRunCode, type RunCode } from "../../core/regression/code.ts";
import { suiteGraders } from "../../core/regression/graders.ts";
import { RunHooks } from "../../core/regression/hooks.ts";
import { buildSeries, providerContext } from "../../core/regression/providers.ts";
import { webhookTimeout } from "../../core/regression/webhooks.ts";
import { formatDuration } from "../../core/regression/words.ts";
import { readVersion, type Workspace } from "../../core/regression/workspace.ts";

/**
 * Asks one case anew, under every series, and writes down request, response and judgement as Markdown
 * for a person. Headers are not shown: keys are in them.
 */
export async function caseDetails(workspace: Workspace, file: string, caseId: string, sandbox: () => Promise<string>, signal: AbortSignal): Promise<string> {
  const code = createRunCode(workspace, file);
  const hooks = new RunHooks(workspace, code, signal);
  try {
    return await details(workspace, file, caseId, sandbox, signal, code, hooks);
  } finally {
    await hooks.end();
    await code.close();
  }
}

async function details(workspace: Workspace, file: string, caseId: string, sandbox: () => Promise<string>, signal: AbortSignal, code: RunCode, hooks: RunHooks): Promise<string> {
  const version = await hooks.readCurrent(file, {});
  const test = version.suite.cases.find((candidate) => candidate.id === caseId);
  if (!test) return `There is no case ${caseId} in this suite any more.`;
  const redactor = new Redactor();
  const env = visibleEnv(version.env, version.suite.options.env);
  const renderer = await createRenderer(version.suite.prompts.map((prompt) => prompt.dialect ?? "nunjucks"));
  const { suiteCode } = code.current;
  const { find: findGrader, moderatorOf } = suiteGraders(version, providerContext(workspace.host, version, sandbox, redactor, code.current));
  const { baseline } = await resolveBaseline(workspace, file, version.files);
  const before = baseline && (await readVersion(workspace, baseline.snapshot, file, { withoutTests: true }));
  const instructions = await instructionChecks(version.suite, before?.suite, version.settings.instructions);
  const fill: Fill = (text, vars) => renderer.text(text, vars, env);
  const metrics = createAnswerMetrics({ checksOf: (prompt) => instructions.get(prompt) ?? [], moderatorOf });
  const judge = createJudge({ render: fill, suiteCode, findGrader, metrics, http: workspace.host.http, webhookTimeoutMs: webhookTimeout(workspace.host.env) });
  const { store, host } = workspace;
  const caller = new Caller({ store, clock: host.clock, http: host.http, signal, inFlight: undefined, delayMs: version.suite.options.delay, useCache: true, maxCalls: Infinity, maxCost: Infinity });
  const columns: Column[] = [];
  const render: RenderPrompt = (template, vars, dialect) => renderer.prompt(template, vars, env, dialect);
  const all = buildSeries(workspace.host, { version, code: code.current }, undefined, sandbox, redactor);
  const hooked = await hooks.withTests(all, [test], version, suiteCode);
  const asked = hooked[0] ? testOf(hooked[0].current, test) : test;
  const parts = [`# Case ${test.index + 1}${test.description ? `: ${test.description}` : ""}`, block("Variables", "json", JSON.stringify(asked.vars, null, 2))];
  for (const series of await withMadeQuestions(hooked, [test], { suiteCode, render, env })) {
    columns.push(...(await askColumn(series, test, render, (row) => judge({ ...row, caller }), signal)));
  }
  const compared = await compareColumns(createComparison({ render: fill, findGrader }), { test: asked, repeat: 0, caller }, columns);
  for (const column of compared) parts.push(...column.parts, ...gradeParts(column, instructions.get(column.prompt) ?? []));
  caller.batch.flush();
  return redactor.redact(parts.join("\n\n"));
}

type Judge = ReturnType<typeof createJudge>;

/** What one series answered, and what was said of it. */
interface Column {
  /** Of its prompt. */
  readonly prompt: string;
  readonly parts: readonly string[];
  readonly grade?: RowGrade;
  readonly output?: unknown;
}

async function askColumn(series: Series, test: Case, render: RenderPrompt, judge: Judge, signal: AbortSignal): Promise<Column[]> {
  const columns: Column[] = [];
  for (const { current } of rowsOf(series, 0, [test], () => 1, render)) {
    const parts = [`## ${series.key}`];
    const prompt = series.current.prompt.key;
    if (current.key === undefined) {
      columns.push({ prompt, parts: [...parts, `The prompt cannot be filled in: ${current.error}`] });
      continue;
    }
    const { prepared, text, vars } = current.prepare();
    const { side } = current;
    parts.push(block("Request", "json", `${prepared.request.method} ${prepared.request.url}\n${pretty(prepared.request.body)}`));
    try {
      const answer = { ...(await side.provider.send(prepared, signal)), cached: false };
      const usage = answer.usage ? `, ${answer.usage.input} + ${answer.usage.output} tokens` : "";
      parts.push(block(`Response (${formatDuration(answer.latencyMs)}${usage}${answer.finishReason ? `, ${answer.finishReason}` : ""})`, "json", typeof answer.output === "string" ? pretty(answer.output) : JSON.stringify(answer.output, null, 2)));
      const grade = await judge({ test: { ...current.asked, vars }, answer, promptText: text, side, provider: side.provider });
      columns.push({ prompt, parts, grade, output: grade.output ?? answer.output });
    } catch (error) {
      if (signal.aborted) throw error;
      columns.push({ prompt, parts: [...parts, `${error instanceof CallError ? "No answer" : "Not judged"}: ${error instanceof Error ? error.message : String(error)}`] });
    }
  }
  return columns;
}

/** With what a comparison of the columns says of each, where the test asks for one. */
async function compareColumns(comparison: Comparison, job: Parameters<Comparison["columns"]>[0], columns: readonly Column[]): Promise<Column[]> {
  const judged = columns.flatMap(({ grade, output }) => (grade && output !== null && output !== undefined ? [{ grade, column: { ...grade, output } }] : []));
  if (!job.test.assert.some(comparesColumns) || judged.length < 2) return [...columns];
  try {
    const found = await comparison.columns(job, judged.map(({ column }) => column));
    const after = new Map(judged.map(({ grade }, index) => [grade, found[index]!]));
    return columns.map((column) => (column.grade && after.has(column.grade) ? { ...column, grade: { ...column.grade, ...after.get(column.grade) } } : column));
  } catch (error) {
    if (!(error instanceof JudgeError)) throw error;
    return columns.map((column) => (column.grade ? { ...column, parts: [...column.parts, `Not compared: ${error.message}`] } : column));
  }
}

function gradeParts({ grade }: Column, checks: readonly InstructionCheck[]): string[] {
  if (!grade) return [];
  const { measured } = grade;
  const values = Object.entries(measured?.values ?? {}).map(([name, value]) => `- ${name}: ${value}`);
  const instructions = checks.map(({ info }, index) => `- ${INSTRUCTION_MARKS[String(measured?.kept[index] ?? null)]} \`${info.rule}\` ${info.sentence}`);
  return [
    `## ${grade.pass ? "Passed" : "Failed"} (score ${grade.score.toFixed(2)})`,
    grade.components.map((part) => `- ${part.pass ? "✓" : "✗"} \`${part.type}\` ${part.reason}`).join("\n"),
    ...(instructions.length > 0 ? [`**Instructions**\n\n${instructions.join("\n")}`] : []),
    ...(values.length > 0 ? [`**Measured**\n\n${values.join("\n")}`] : []),
  ];
}

/** Kept, not kept, cannot be told. */
const INSTRUCTION_MARKS: Readonly<Record<string, string>> = { true: "✓", false: "✗", null: "?" };

/** A fence longer than any in the text: an output is shown, never interpreted. */
function block(title: string, language: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `**${title}**\n\n${fence}${language}\n${text}\n${fence}`;
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
