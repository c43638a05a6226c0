import type { Dialect } from "../../prompts/dialects.ts";
import type { Rendered } from "../../prompts/renderer.ts";
import type { Case } from "../model.ts";
import type { Chain } from "./chain.ts";
import { Question } from "./question.ts";
import { judgedAlike, runsUnder, type Series } from "./series.ts";

export type Arm = "current" | "baseline";

export const ARMS = ["current", "baseline"] as const;

/** Fills a template with a test's variables; throws when the template does. */
export type RenderPrompt = (template: string, vars: Readonly<Record<string, unknown>>, dialect?: Dialect) => Rendered;

/** A test under a series, once per repeat, with both arms' questions side by side. */
export interface Row {
  readonly series: number;
  readonly test: Case;
  readonly repeat: number;
  readonly current: Question;
  readonly baseline: Question | undefined;
  /** What it is a turn of: it is asked after the turns before it. */
  readonly chain?: Chain;
}

/** The chain that a test is a turn of under a series, and a repeat; `undefined`: of none. */
export type ChainOf = (series: Series, test: Case, repeat: number) => Chain | undefined;

/**
 * The rows of a series, in promptfoo's order. Both arms are asked today's tests: a new test gets a
 * pair, a test that is gone is not run.
 * @param from the first of a test's repeats that is asked.
 */
export function* rowsOf(series: Series, index: number, tests: readonly Case[], repeats: (test: Case) => number, render: RenderPrompt, from: (test: Case) => number = () => 0, chainOf: ChainOf = () => undefined): Generator<Row> {
  for (const test of tests) {
    if (!runsUnder(test, series)) continue;
    for (let repeat = from(test); repeat < repeats(test); repeat++) {
      const chain = chainOf(series, test, repeat);
      const question = (arm: Arm) => new Question(series[arm]!, test, repeat, render, chain?.[arm]);
      const row: Row = { series: index, test, repeat, current: question("current"), baseline: series.baseline && question("baseline"), ...(chain && { chain }) };
      chain?.add(row);
      yield row;
    }
  }
}

/** Whether both arms ask the very same and judge the answer alike; `false` without a baseline. */
export function sharesAnswer({ current, baseline }: Row): boolean {
  return baseline?.key !== undefined && baseline.key === current.key && judgedAlike(current.side, baseline.side);
}
