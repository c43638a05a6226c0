import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { mergeParts, PartsDoNotFit, type PartSource } from "../core/regression/shards/merge.ts";
import { exitCode } from "./exit.ts";
import type { Front } from "./front.ts";
import { evalJson } from "./json.ts";
import { resultFiles, writeResults } from "./output.ts";
import { summary, suiteTable } from "./table.ts";
import { UsageError } from "./usage.ts";

/** Judges the shards of a suite as the one run that they are. */
export async function mergeCommand(front: Front, names: readonly string[], options: { output?: string[]; failOn?: string; json?: boolean }): Promise<number> {
  const files = resultFiles(front, options.output ?? []);
  try {
    const run = await mergeParts(await front.workspace(), names.map((name) => fileSource(resolve(front.cwd, name))));
    await writeResults(files, [run]);
    const outcome = { reports: [run.report], invalid: 0, stopped: false };
    const code = exitCode(outcome, { failOnInconclusive: options.failOn === "inconclusive" });
    front.print(options.json ? JSON.stringify(evalJson(outcome)) : `${suiteTable(run.report, front.host.clock.now())}\n${summary([run.report], code, front.host.clock.now())}`);
    return code;
  } catch (error) {
    if (error instanceof PartsDoNotFit) throw new UsageError(error.message);
    throw error;
  }
}

function fileSource(name: string): PartSource {
  return { name, lines: () => createInterface({ input: createReadStream(name), crlfDelay: Infinity }) };
}
