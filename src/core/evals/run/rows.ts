import { contentHash } from "../../store/store.ts";
import { withAffixes } from "../../prompts/affixes.ts";
import type { Dialect } from "../../prompts/dialects.ts";
import type { Rendered } from "../../prompts/renderer.ts";
import type { Case } from "../model.ts";
import type { PreparedCall } from "../providers/provider.ts";
import { cacheKey } from "./caller.ts";
import { runsUnder, type Series, type Side } from "./series.ts";

export type Arm = "current" | "baseline";

/** Fills a template with a test's variables; throws when the template does. */
export type RenderPrompt = (template: string, vars: Readonly<Record<string, unknown>>, dialect?: Dialect) => Rendered;

/** One question of a row, or why it cannot be asked. Identified without keeping its text. */
export type Question =
  | { readonly key: string; readonly side: Side; prepare(): { prepared: PreparedCall; text: string; vars: Rendered["vars"] } }
  | { readonly key: undefined; readonly error: string };

/** A test under a series, once per repeat, with both arms' questions side by side. */
export interface Row {
  readonly series: number;
  readonly test: Case;
  readonly repeat: number;
  readonly current: Question;
  readonly baseline: Question | undefined;
}

/**
 * The rows of a series, in promptfoo's order. Both arms are asked today's tests: a new test gets a
 * pair, a test that is gone is not run.
 * @param from the first of a test's repeats that is asked.
 */
export function* rowsOf(series: Series, index: number, tests: readonly Case[], repeats: (test: Case) => number, render: RenderPrompt, from: (test: Case) => number = () => 0): Generator<Row> {
  for (const test of tests) {
    if (!runsUnder(test, series)) continue;
    const current = question(series.current, test, render);
    const baseline = series.baseline && question(series.baseline, test, render);
    for (let repeat = from(test); repeat < repeats(test); repeat++) {
      yield { series: index, test, repeat, current: current(repeat), baseline: baseline?.(repeat) };
    }
  }
}

function question({ prompt, provider, own, transform, response }: Side, test: Case, render: RenderPrompt): (repeat: number) => Question {
  const other = test.provider && own?.get(test.provider);
  const side = { prompt, transform, provider: other ?? provider, response: other ? test.provider?.response : response };
  const { prefix = "", suffix = "", provider: overrides } = test.options;
  const prepare = () => {
    const { template, dialect, defaults } = side.prompt;
    const rendered = render(withAffixes(template, prefix, suffix), { ...defaults, ...test.vars }, dialect);
    const { text, vars } = rendered;
    const prepared = side.provider.prepare({
      // Not every text is a chat, and not every provider needs one.
      get messages() {
        return rendered.messages;
      },
      text,
      vars,
      overrides: { ...side.prompt.config, ...overrides },
    });
    return { prepared, text, vars };
  };
  if (test.providerOutput !== undefined) {
    const identity = contentHash(JSON.stringify(test.providerOutput));
    return (repeat) => ({ key: cacheKey(`given ${identity}`, repeat), side, prepare });
  }
  try {
    const { identity } = prepare().prepared;
    return (repeat) => ({ key: cacheKey(identity, repeat), side, prepare });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return () => ({ key: undefined, error: message });
  }
}
