import { dirname, relative, resolve } from "node:path";
import { BudgetError } from "../core/evals/run/caller.ts";
import { type Calibration, calibrate } from "../core/regression/calibration/calibrate.ts";
import { formatMoney, plural } from "../core/regression/words.ts";
import { EXIT } from "./exit.ts";
import type { Front } from "./front.ts";

/** With fewer answers of the judge its agreement says nothing. */
const ANSWERED = 0.95;
const OUTPUT_CHARACTERS = 80;

interface Options {
  endpoint?: string;
  cache?: boolean;
  concurrency?: number;
  maxCalls?: number;
  maxCost?: number;
  json?: boolean;
}

export async function calibrateCommand(front: Front, name: string, options: Options): Promise<number> {
  const file = resolve(front.cwd, name);
  const workspace = await front.workspace(dirname(file));
  let calibration: Calibration;
  try {
    calibration = await calibrate(workspace, { file, endpoint: options.endpoint, useCache: options.cache ?? true, inFlight: options.concurrency, maxCalls: options.maxCalls, maxCost: options.maxCost, signal: front.signal, sandbox: front.sandbox });
  } catch (error) {
    if (!(error instanceof BudgetError)) throw error;
    front.say(`${relative(front.cwd, file)}: ${error.message} What was answered is kept: the next run goes on from there.`);
    return EXIT.error;
  }
  const { problems, ...shown } = calibration;
  for (const problem of problems) front.problem(problem);
  const path = relative(front.cwd, file);
  front.print(options.json ? JSON.stringify({ file: path, ...shown, kappa: shown.kappa ?? null }) : calibrationText(path, calibration));
  const total = calibration.n + calibration.errors.length;
  return calibration.n < total * ANSWERED ? EXIT.error : EXIT.ok;
}

/** A judge's calibration as people read it. */
export function calibrationText(file: string, { n, agreement, kappa, matrix, scores, disagreements, errors, calls, cached, cost }: Calibration): string {
  const { passPass, passFail, failPass, failFail } = matrix;
  const width = Math.max(6, ...Object.values(matrix).map((count) => String(count).length)) + 2;
  const row = (label: string, pass: number | string, fail: number | string) => `  ${label.padEnd(14)}${String(pass).padStart(width)}${String(fail).padStart(width)}`;
  const lines = [
    `${file}   ${plural(n, "labelled output")} judged   ${plural(calls, "call")}, ${cached} from cache${cost > 0 ? `   ${formatMoney(cost)}` : ""}`,
    ...(agreement === undefined ? [] : [`  agreement      ${(agreement * 100).toFixed(1)} % (${passPass + failFail} of ${n})`]),
    kappa ? `  Cohen's kappa  ${kappa.kappa.toFixed(2)} [${kappa.low.toFixed(2)}, ${kappa.high.toFixed(2)}] at 90 %` : "  Cohen's kappa  not defined: it needs verdicts of both kinds",
    ...(scores ? [`  scores         differ by ${scores.meanAbsoluteDifference.toFixed(2)} on average (${scores.n})`] : []),
    "",
    row("", "judge:", ""),
    row("label", "pass", "fail"),
    row("pass", passPass, passFail),
    row("fail", failPass, failFail),
  ];
  for (const { line, label, judge, reason, output } of disagreements) lines.push(...(line === disagreements[0]?.line ? [""] : []), `  line ${line}: labelled ${label}, judged ${judge}. ${reason}`, `    ${excerpt(output)}`);
  for (const { line, reason } of errors) lines.push(...(line === errors[0]?.line ? [""] : []), `  line ${line}: not judged. ${reason}`);
  return lines.join("\n");
}

function excerpt(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > OUTPUT_CHARACTERS ? `${line.slice(0, OUTPUT_CHARACTERS)}…` : line;
}
