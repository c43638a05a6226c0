import { dirname } from "node:path";
import { Redactor } from "../../core/config/redactor.ts";
import { visibleEnv } from "../../core/config/visibleEnv.ts";
import { createJudge } from "../../core/evals/assertions/gradeRow.ts";
import type { Case } from "../../core/evals/model.ts";
import { CallError } from "../../core/evals/providers/provider.ts";
import { Caller } from "../../core/evals/run/caller.ts";
import { rowsOf } from "../../core/evals/run/rows.ts";
import type { Series } from "../../core/evals/run/series.ts";
import { createSuiteCode } from "../../core/evals/suiteCode/pool.ts";
import { createRenderer } from "../../core/prompts/renderer.ts";
import { suiteGraders } from "../../core/regression/graders.ts";
import { buildSeries, providerContext } from "../../core/regression/providers.ts";
import { formatDuration } from "../../core/regression/words.ts";
import { readVersion, type Workspace } from "../../core/regression/workspace.ts";

/**
 * Asks one case anew, under every series, and writes down request, response and judgement as Markdown
 * for a person. Headers are not shown: keys are in them.
 */
export async function caseDetails(workspace: Workspace, file: string, caseId: string, sandbox: () => Promise<string>, signal: AbortSignal): Promise<string> {
  const version = await readVersion(workspace, workspace.disk, file);
  const test = version.suite.cases.find((candidate) => candidate.id === caseId);
  if (!test) return `There is no case ${caseId} in this suite any more.`;
  const redactor = new Redactor();
  const env = visibleEnv(version.env, version.suite.options.env);
  const renderer = await createRenderer(version.suite.prompts.map((prompt) => prompt.dialect ?? "nunjucks"));
  const suiteCode = createSuiteCode(workspace.host.processes, { cwd: dirname(file), poolSize: 1 });
  const { find: findGrader } = suiteGraders(version, providerContext(workspace.host, version, sandbox, redactor));
  const judge = createJudge({ render: (text, vars) => renderer.text(text, vars, env), suiteCode, findGrader, http: workspace.host.http });
  const { store, host } = workspace;
  const caller = new Caller({ store, clock: host.clock, signal, inFlight: undefined, delayMs: version.suite.options.delay, useCache: true, maxCalls: Infinity, maxCost: Infinity });
  try {
    const parts = [`# Case ${test.index + 1}${test.description ? `: ${test.description}` : ""}`, block("Variables", "json", JSON.stringify(test.vars, null, 2))];
    for (const series of buildSeries(workspace.host, version, undefined, sandbox, redactor)) {
      parts.push(...(await seriesPart(series, test, (template, vars, dialect) => renderer.prompt(template, vars, env, dialect), (row) => judge({ ...row, caller }), signal)));
    }
    caller.batch.flush();
    return redactor.redact(parts.join("\n\n"));
  } finally {
    suiteCode.close();
  }
}

type Render = Parameters<typeof rowsOf>[4];
type Judge = ReturnType<typeof createJudge>;

async function seriesPart(series: Series, test: Case, render: Render, judge: Judge, signal: AbortSignal): Promise<string[]> {
  const parts: string[] = [];
  for (const { current } of rowsOf(series, 0, [test], () => 1, render)) {
    parts.push(`## ${series.key}`);
    if (current.key === undefined) {
      parts.push(`The prompt cannot be filled in: ${current.error}`);
      continue;
    }
    const { prepared, text } = current.prepare();
    parts.push(block("Request", "json", `${prepared.request.method} ${prepared.request.url}\n${pretty(prepared.request.body)}`));
    try {
      const answer = { ...(await current.side.provider.send(prepared, signal)), cached: false };
      const usage = answer.usage ? `, ${answer.usage.input} + ${answer.usage.output} tokens` : "";
      parts.push(block(`Response (${formatDuration(answer.latencyMs)}${usage}${answer.finishReason ? `, ${answer.finishReason}` : ""})`, "json", typeof answer.output === "string" ? pretty(answer.output) : JSON.stringify(answer.output, null, 2)));
      const grade = await judge({ test, answer, promptText: text, provider: current.side.provider });
      parts.push(`## ${grade.pass ? "Passed" : "Failed"} (score ${grade.score.toFixed(2)})`, grade.components.map((part) => `- ${part.pass ? "✓" : "✗"} \`${part.type}\` ${part.reason}`).join("\n"));
    } catch (error) {
      if (signal.aborted) throw error;
      parts.push(`${error instanceof CallError ? "No answer" : "Not judged"}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return parts;
}

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
