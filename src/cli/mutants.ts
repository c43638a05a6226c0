import { BudgetError } from "../core/evals/run/caller.ts";
import { BudgetExceeded } from "../core/evals/run/runner.ts";
import { type JudgedMutant, MutantsError, type MutantsReport, scoreMutants } from "../core/regression/mutants/score.ts";
import { formatP, formatValue, plural } from "../core/regression/words.ts";
import { EXIT } from "./exit.ts";
import type { Front } from "./front.ts";
import { type NamedSuite, namedSuites } from "./suites.ts";
import { UsageError } from "./usage.ts";

interface Options {
  prompt?: string;
  repeat?: number;
  maxCalls?: number;
  maxCost?: number;
  json?: boolean;
}

/** `llmops mutants`: which damages of a prompt its suite does not notice. */
export async function mutantsCommand(front: Front, name: string, options: Options): Promise<number> {
  const suites = await namedSuites(front, [name]);
  if (suites.length > 1) throw new UsageError(`${name} has ${suites.length} suites. Name one suite's file.`);
  const [{ workspace, file }] = suites as [NamedSuite];
  try {
    const { json, ...chosen } = options;
    const report = await scoreMutants(workspace, { ...chosen, file, signal: front.signal, sandbox: front.sandbox, onProgress: (message) => front.say(message) });
    front.print(json ? JSON.stringify(report) : reportText(report));
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof MutantsError || error instanceof BudgetError || error instanceof BudgetExceeded)) throw error;
    front.say(error.message);
    return EXIT.error;
  }
}

function reportText({ suite, prompt, mutants, controls, noticed, of, detectable, cases, repeat, calls }: MutantsReport): string {
  const line = ({ line: at, what, before, after, p }: JudgedMutant) => `  line ${at}: ${what}: ${formatValue(before, "rate")} → ${formatValue(after, "rate")} (${formatP(p)})`;
  const survivors = mutants.filter((mutant) => !mutant.noticed);
  const smallest = detectable === undefined ? "" : ` ${plural(cases, "case")} × ${plural(repeat, "run")} show drops of ${(detectable * 100).toFixed(1)} points 4 times in 5: a smaller loss is not seen.`;
  return [
    `${suite}, ${prompt}: ${noticed} of ${plural(of, "damage")} noticed.${smallest}`,
    ...(survivors.length > 0 ? ["Not noticed by any metric of accuracy; a case that depends on it would:", ...survivors.map(line)] : []),
    ...(noticed > 0 ? ["Noticed:", ...mutants.filter((mutant) => mutant.noticed).map(line)] : []),
    "Controls, which should change nothing:",
    ...controls.map((control) => `${line(control)}${control.noticed ? " – the suite is noisy: read the rest with care" : ""}`),
    `${plural(calls, "call")}.`,
  ].join("\n");
}
