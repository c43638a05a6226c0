import { dirname, join } from "node:path";
import { isMap, isScalar, isSeq, parseDocument, YAMLSeq } from "yaml";
import { absolutePath, type Workspace } from "../../regression/workspace.ts";
import type { TrackedRun } from "../../store/experiments/runs.ts";
import { findRun, resultsOf } from "../../store/runs.ts";
import { suiteCases } from "./suiteCases.ts";

/** Beside the suite: a case a line, each with an output that a person held to be right. */
export const GOLDEN_FILE = "golden.jsonl";
const REFERENCE = `file://${GOLDEN_FILE}`;

/** Files as they would be, for a person to look at and save; or why there is nothing to write. */
export type GoldenEdit = { readonly files: readonly { readonly file: string; readonly text: string }[]; readonly line: number } | { readonly message: string };

/**
 * What puts a case into its suite's golden set: its variables, and a run's output as what is expected, as a line
 * of `golden.jsonl`, which the suite's `tests` then name.
 */
export async function goldenEdit(workspace: Workspace, run: TrackedRun, caseId: string, series?: string): Promise<GoldenEdit> {
  const { store, root, disk } = workspace;
  const suite = findRun(store, run.key)?.suite;
  const row = resultsOf(store, run.key, caseId).find((found) => found.arm === "current" && (series === undefined || found.series === series) && found.output !== undefined);
  if (suite === undefined || row?.output === undefined) return { message: "This run has no output of the case." };
  const known = (await suiteCases(workspace, suite)).get(caseId);
  if (!known) return { message: "Today's suite does not have this case: there are no variables to ask it with." };
  const file = absolutePath(root, suite);
  const text = (await disk.read(file)) ?? "";
  const named = withGolden(text);
  if (named === undefined) return { message: `${suite} has no list of tests that a file could be added to. Golden cases take a suite in promptfoo's format, with tests in YAML or in files.` };
  const golden = join(dirname(file), GOLDEN_FILE);
  // Once more for the same case: what is right is now another output.
  const others = ((await disk.read(golden)) ?? "").split(/\r?\n/).filter((line) => line !== "" && !isOf(line, caseId));
  const line = JSON.stringify({ description: `golden: ${known.title}`, vars: known.vars, assert: [{ type: "equals", value: JSON.parse(row.output) as unknown }], metadata: { golden: true, case: caseId, run: run.key } });
  const files = [{ file: golden, text: [...others, line, ""].join("\n") }, ...(named === text ? [] : [{ file, text: named }])];
  return { files, line: others.length };
}

function isOf(line: string, caseId: string): boolean {
  try {
    return (JSON.parse(line) as { metadata?: { case?: unknown } }).metadata?.case === caseId;
  } catch {
    return false;
  }
}

/** The suite's text with the golden set among its tests; comments and layout stay. `undefined` where it cannot be put. */
export function withGolden(text: string): string | undefined {
  const document = parseDocument(text);
  if (document.errors.length > 0 || !isMap(document.contents)) return undefined;
  const tests = document.get("tests", true);
  if (isSeq(tests)) {
    if (tests.items.some((item) => isScalar(item) && item.value === REFERENCE)) return text;
    tests.add(document.createNode(REFERENCE));
  } else if (isScalar(tests) && typeof tests.value === "string") {
    const list = new YAMLSeq();
    list.add(document.createNode(tests.value));
    list.add(document.createNode(REFERENCE));
    document.set("tests", list);
  } else {
    return undefined;
  }
  const written = document.toString({ lineWidth: 0, flowCollectionPadding: true });
  return text.includes("\r\n") ? written.replaceAll("\n", "\r\n") : written;
}
