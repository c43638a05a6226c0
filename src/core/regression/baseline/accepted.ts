import { join } from "node:path";
import type { z } from "zod";
import type { Snapshot } from "../../config/snapshot.ts";
import { parseYaml } from "../../config/yaml.ts";
import type { Problem } from "../../problem.ts";
import { contentHash } from "../../store/store.ts";
import type { acceptedSchema, fileSchema } from "./acceptedSchema.ts";

/** The committed file that pins baselines: a person accepts into it, a reviewer sees it change. */
export const BASELINE_FILE = "llmops.baseline.json";

export type AcceptedSuite = z.infer<typeof acceptedSchema>;
export type BaselineFile = z.infer<typeof fileSchema>;

/** Reads `llmops.baseline.json` in `root`. A damaged file is a problem at its place, and no baseline. */
export async function readBaselineFile(snapshot: Snapshot, root: string, file = join(root, BASELINE_FILE)): Promise<{ file: BaselineFile | undefined; problems: Problem[] }> {
  const text = await snapshot.read(file);
  if (text === undefined) return { file: undefined, problems: [] };
  const refuse = (message: string, line = 0): { file: undefined; problems: Problem[] } => ({
    file: undefined,
    problems: [
      {
        severity: "error",
        code: "baseline-unreadable",
        message: `${message} Accept a baseline again to write it anew ("LLMOps: Accept as Baseline…" or "llmops baseline accept").`,
        location: { file, range: { start: { line, character: 0 }, end: { line, character: 1 } } },
      },
    ],
  });

  const conflict = /^<{7} /m.exec(text);
  if (conflict) return refuse("This baseline has merge conflicts.", text.slice(0, conflict.index).split("\n").length - 1);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const place = parseYaml(file, text).problems[0]?.location.range.start.line;
    return refuse("This baseline is not valid JSON.", place);
  }
  const { fileSchema } = await import("./acceptedSchema.ts");
  const parsed = fileSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const path = (issue?.path ?? []).filter((step): step is string | number => typeof step !== "symbol");
    const { line } = parseYaml(file, text).locate(path).start;
    return refuse(`This baseline is not in the expected form (${path.join(".")}: ${issue?.message ?? "unknown"}).`, line);
  }
  for (const [suite, accepted] of Object.entries(parsed.data.suites)) {
    for (const [path, { sha256, lines }] of Object.entries(accepted.files)) {
      if (contentHash(lines.join("\n")) !== sha256) return refuse(`The text of ${path} kept for ${suite} does not match its hash: it was edited by hand or merged.`, parseYaml(file, text).locate(["suites", suite, "files", path], "key").start.line);
    }
  }
  return { file: parsed.data, problems: [] };
}

/** The file's text: stable order, a line for each line of a prompt and for each case. */
export function formatBaselineFile(file: BaselineFile): string {
  const sorted = <T>(record: Readonly<Record<string, T>>) => Object.entries(record).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const block = (open: string, items: readonly string[], close: string, indent: string) => (items.length === 0 ? open + close : `${open}\n${items.join(",\n")}\n${indent}${close}`);
  const json = JSON.stringify;

  const suites = sorted(file.suites).map(([path, { accepted, files, series }]) => {
    const kept = sorted(files).map(([name, { sha256, lines }]) => {
      const text = block("[", lines.map((line) => `            ${json(line)}`), "]", "          ");
      return `        ${json(name)}: {\n          "sha256": ${json(sha256)},\n          "lines": ${text}\n        }`;
    });
    const results = sorted(series).map(([key, { runs, cases }]) => {
      const rows = block("{", sorted(cases).map(([id, [passes, score]]) => `            ${json(id)}: [${passes}, ${score}]`), "}", "          ");
      return `        ${json(key)}: {\n          "runs": ${runs},\n          "cases": ${rows}\n        }`;
    });
    return `    ${json(path)}: {\n      "accepted": ${json(accepted)},\n      "files": ${block("{", kept, "}", "      ")},\n      "series": ${block("{", results, "}", "      ")}\n    }`;
  });
  return `{\n  "version": 1,\n  "suites": ${block("{", suites, "}", "  ")}\n}\n`;
}

export function keptFile(text: string): { sha256: string; lines: string[] } {
  return { sha256: contentHash(text), lines: text.split("\n") };
}
