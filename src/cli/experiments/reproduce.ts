import { NotReproducible, type Reproduction, reproduceRun } from "../../core/experiments/reproduce.ts";
import { formatValue, plural, VERDICT_WORDS } from "../../core/regression/words.ts";
import type { Verdict } from "../../core/regression/report.ts";
import { EXIT } from "../exit.ts";
import type { Front } from "../front.ts";
import { progressBar } from "../progress.ts";
import { UsageError } from "../usage.ts";
import { runNamed } from "./find.ts";

/** Exit code 1 where the verdict or the judgement of an answer is another. */
export async function reproduceCommand(front: Front, key: string, options: { json?: boolean }): Promise<number> {
  const workspace = await front.workspace();
  const run = runNamed(workspace.store, key);
  const bar = progressBar(front, run.name ?? run.key);
  try {
    const found = await reproduceRun(workspace, run.key, { signal: front.signal, sandbox: front.sandbox, onProgress: (done, total) => bar.update(done, total) });
    bar.clear();
    const { report, then, metrics, answers, unmatched } = found;
    const same = report.verdict === then.verdict && answers.otherStatus === 0 && unmatched === 0;
    front.print(options.json ? JSON.stringify({ runId: report.runId, verdict: report.verdict, version: report.version, then, metrics, answers, unmatched, same }) : lines(found).join("\n"));
    return same ? EXIT.ok : EXIT.regression;
  } catch (error) {
    bar.clear();
    throw error instanceof NotReproducible ? new UsageError(error.message) : error;
  }
}

function lines({ report, then, metrics, answers, unmatched }: Reproduction): string[] {
  const verdicts = [then.verdict as Verdict, report.verdict].map((verdict) => VERDICT_WORDS[verdict]);
  return [
    `${then.runId.slice(0, 8)} once more, as ${report.runId.slice(0, 8)}: ${verdicts[0] === verdicts[1] ? `${verdicts[0]}, as then` : `${verdicts[0]} then, ${verdicts[1]} now`}.`,
    `${plural(answers.of, "answer")}: ${answers.otherText} worded differently, ${answers.otherStatus} judged differently${unmatched > 0 ? `; ${unmatched} that only one of the runs has` : ""}.`,
    ...metrics.map(({ series, name, unit, then: was, now }) => `  ${name}  ${valueOf(was, unit)} → ${valueOf(now, unit)}   ${series}`),
    ...(report.version === then.version ? [] : ["  Files that are not kept with a run differ from then."]),
  ];
}

function valueOf(value: number | undefined, unit: Parameters<typeof formatValue>[1]): string {
  return value === undefined ? "not measured" : formatValue(value, unit);
}
