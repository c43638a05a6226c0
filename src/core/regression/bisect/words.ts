import { formatP, plural } from "../words.ts";
import type { Bisection, Change } from "./bisect.ts";

/** What a bisection found, for people. @param display a file's path as they know it. */
export function bisectionWords(found: Bisection, display: (file: string) => string): string {
  const { suite, outcome, culprits, changes, cases, repeat, search, calls, baseline } = found;
  const spent = `${plural(changes.length, "change")}, ${plural(search?.evaluations ?? 0, "evaluation")} of ${plural(cases.length, "broken case")} × ${plural(repeat, "run")}, ${plural(calls, "call")}.`;
  const controls = search ? `Of ${search.of} runs ${search.baseline} pass with the baseline's text and ${search.candidate} with today's (${formatP(search.p)}).` : "";
  switch (outcome) {
    case "nothing-broken":
      return `${suite}: no case broke${baseline === undefined ? "; there is no baseline to compare with" : ` against baseline ${baseline}`}.`;
    case "unchanged":
      return `${suite}: ${plural(cases.length, "case")} broke, but the prompt is that of baseline ${baseline}. Look at the model, the endpoint and the suite.`;
    case "chance":
      return `${suite}: these cases flip by chance. ${controls} ${spent}`;
    case "together":
      return `${suite}: no single change did it: without the one suspected the cases are not better. The changes act together. ${controls} ${spent}`;
    case "found":
      return [`${suite}: ${culprits.map((culprit) => culpritWords(culprit, search?.of ?? 0, display)).join("\n")}`, `  ${controls}`, `  ${spent}`].join("\n");
  }
}

/** One line: where, and with what evidence. */
export function culpritWords({ changes, before, without, p }: Bisection["culprits"][number], of: number, display: (file: string) => string): string {
  return `${changes.map((change) => placeWords(change, display)).join(" and ")} did it: without ${changes.length === 1 ? "this change" : "these changes"} ${without} of ${of} runs pass instead of ${before} (${formatP(p)}).`;
}

function placeWords({ file, range, kind, text }: Change, display: (file: string) => string): string {
  const [from, to] = [range.start.line + 1, range.end.line + 1];
  const line = text.trim().split(/\r\n|\n|\r/)[0] ?? "";
  const excerpt = line.length > 60 ? `${line.slice(0, 60)}…` : line;
  const what = kind === "removed" ? `lines removed after “${excerpt}”` : `“${excerpt}”`;
  return `${display(file)}:${from}${to > from ? `–${to}` : ""} ${what}`;
}
