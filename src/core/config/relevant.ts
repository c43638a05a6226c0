/** Sections of `llmops.yaml` that decide no result of a suite: an edit there makes no other version of it. */
const IRRELEVANT: ReadonlySet<string> = new Set(["onSave", "pipeline", "runners", "training", "environments", "rollouts", "experiments", "observability", "alerts", "notifications"]);

/** A key at the beginning of a line: in block style, those of the outermost mapping and no others. */
const KEY = /^(?:"([^"]*)"|'([^']*)'|([A-Za-z_][\w-]*))\s*:(?=\s|$)/;
/** What one section defines, another one may name. */
const ANCHOR = /(?:^|[\s[{,])&[\w-]/m;
const BETWEEN = /^(#|\s*$)/;

export interface RelevantText {
  readonly text: string;
  /** By line of `text`, its line in the file; `undefined`: the same. */
  readonly lines: readonly number[] | undefined;
}

/**
 * What of the text of `llmops.yaml` decides results of suites; blank lines and comments between sections do not. Where
 * sections cannot be told apart by their lines, all of it.
 */
export function relevantText(text: string): RelevantText {
  const all = text.split(/\r\n|\r|\n/);
  const first = all.find((line) => !/^(#|---|%|\s*$)/.test(line)) ?? "";
  if (!KEY.test(first) || ANCHOR.test(text)) return { text, lines: undefined };
  const lines: number[] = [];
  let kept = false;
  for (const [index, line] of all.entries()) {
    const [, double, single, plain] = KEY.exec(line) ?? [];
    const key = double ?? single ?? plain;
    if (key !== undefined) {
      while (lines.length > 0 && BETWEEN.test(all[lines.at(-1)!]!)) lines.pop();
      kept = !IRRELEVANT.has(key);
    }
    if (kept) lines.push(index);
  }
  while (lines.length > 0 && BETWEEN.test(all[lines.at(-1)!]!)) lines.pop();
  return { text: lines.map((line) => `${all[line]}\n`).join(""), lines };
}
