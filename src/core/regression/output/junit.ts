import type { ResultFormat } from "./formats.ts";
import { outputText, type ResultRow } from "./rows.ts";

/**
 * JUnit XML, as CI systems read it: a suite a `testsuite`, a question a `testcase`. Written by hand because
 * it is streamed: the known builders keep the whole tree.
 */
export const junit: ResultFormat = function* (runs, rowsOf) {
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n`;
  for (const run of runs) {
    const { report } = run;
    const samples = run.series.flatMap((tally) => (tally.skipped ? [] : tally.cases.flatMap((item) => item.current)));
    const count = (...statuses: string[]) => samples.filter((sample) => sample && statuses.includes(sample.status)).length;
    yield `  <testsuite${attributes({ name: report.suite, tests: samples.length, failures: count("failed", "rejected"), errors: count("error"), time: report.durationMs / 1000, timestamp: new Date(report.startedAt).toISOString() })}>\n`;
    yield `    <properties><property name="verdict" value="${report.verdict}"/></properties>\n`;
    for (const row of rowsOf(run)) yield testcase(report.suite, row);
    yield "  </testsuite>\n";
  }
  yield "</testsuites>\n";
};

function testcase(suite: string, row: ResultRow): string {
  const { test, prompt, provider, status, reason } = row;
  const name = `#${test.index + 1} ${test.description ?? test.id}${row.repeat > 0 ? ` (run ${row.repeat + 1})` : ""}`;
  const open = `    <testcase${attributes({ name, classname: `${suite}.${prompt.label}.${provider?.label ?? provider?.id ?? ""}`, time: ((row.latencyMs ?? 0) / 1000).toFixed(3) })}`;
  if (status === "passed") return `${open}/>\n`;
  const element = status === "error" ? "error" : "failure";
  return `${open}>\n      <${element} message="${escaped(reason)}">${escaped(outputText(row.output))}</${element}>\n    </testcase>\n`;
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join("");
}

/** XML 1.0 has no place for most control characters and for lone surrogates, not even escaped. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
    .replace(/[&<>"]/g, (character) => ENTITIES[character] as string)
    .replace(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
