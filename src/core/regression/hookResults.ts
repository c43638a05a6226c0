import type { Case } from "../evals/model.ts";
import { promptfooRow } from "../evals/run/promptfooRow.ts";
import { runsUnder, type Series, testOf } from "../evals/run/series.ts";
import { createRenderer } from "../prompts/renderer.ts";
import type { Store } from "../store/store.ts";
import { rowsOf } from "./output/rows.ts";
import type { SuiteVersion } from "./workspace.ts";

/** A run as far as it came. */
export interface RunSoFar {
  readonly runId: string;
  readonly version: SuiteVersion;
  readonly series: readonly Series[];
  readonly tests: readonly Case[];
  readonly repeats: number;
}

/** Of a run that came to nothing. */
export const NO_RESULTS: Readonly<Record<string, unknown>> = { prompts: [], results: [], suite: {}, evalId: "", config: {} };

/** What `afterAll` is told, in promptfoo's form: every result that is in the store. */
export async function afterAllContext(store: Store, { runId, version, series, tests, repeats }: RunSoFar): Promise<Record<string, unknown>> {
  const renderer = await createRenderer(version.suite.prompts.map(({ dialect = "nunjucks" }) => dialect));
  const columns = series.map((one) => {
    const { prompt, provider } = one.current;
    const cases = tests.filter((test) => runsUnder(test, one)).map((test) => ({ test, current: new Array<undefined>(test.options.repeat ?? repeats), baseline: [] }));
    return { key: one.key, prompt: prompt.key, provider: provider.key, skipped: false, cases };
  });
  const results = [...rowsOf({ report: { runId }, version, series: columns, store }, renderer)].map((row) => promptfooRow({ ...row, test: testOf(series[row.column]!.current, row.test) }));
  const prompts = series.map(({ current: { prompt, provider } }) => ({ raw: prompt.template, label: prompt.label, provider: provider.key }));
  const suite = { description: version.suite.description, prompts, tests: tests.map(({ written }) => written) };
  return { prompts, results, suite, evalId: `eval-${runId}`, config: suite };
}
