import { relative } from "node:path";
import { addToSuite } from "../../core/traces/suite/addToSuite.ts";
import { NoCase } from "../../core/traces/suite/caseOf.ts";
import { EXIT } from "../exit.ts";
import { pairs } from "../experiments/pairs.ts";
import type { Front } from "../front.ts";
import { namedSuites } from "../suites.ts";
import { UsageError } from "../usage.ts";
import { traceNamed, withTraces } from "./open.ts";

interface AddOptions {
  suite: string;
  expected?: string;
  var?: string[];
  json?: boolean;
}

export async function addToSuiteCommand(front: Front, id: string, options: AddOptions): Promise<number> {
  const vars = Object.fromEntries(pairs("--var", options.var ?? []));
  const [named, ...others] = await namedSuites(front, [options.suite]);
  if (!named || others.length > 0) throw new UsageError(`There are several suites in ${options.suite}: name one.`);
  const span = await withTraces(front, (traces) => {
    const spans = traceNamed(traces, id);
    const [only, another] = spans.filter(({ spanId }) => spanId.startsWith(id.toLowerCase()));
    if (only && !another) return only;
    throw new UsageError(`${id} is ${another ? "the beginning of several spans" : "a trace"}: name a span. "llmops traces show ${id}" lists its own.`);
  });
  try {
    const added = await addToSuite(named.workspace, named.file, span, { vars, expected: options.expected });
    const file = relative(front.cwd, added.file) || added.file;
    front.print(options.json ? JSON.stringify({ ...added, file }) : added.isNew ? `${file}: the case ${added.id} was added. Check what it expects.` : `${file}: the case ${added.id} is there already.`);
    return EXIT.ok;
  } catch (error) {
    throw error instanceof NoCase ? new UsageError(error.message) : error;
  }
}
