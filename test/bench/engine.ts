import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installedRows } from "./engine/installed.ts";
import { manyTestRows } from "./engine/manyTests.ts";
import { Promptfoo } from "./engine/promptfoo.ts";
import { startUpRows } from "./engine/startUp.ts";
import type { Subject } from "./engine/subject.ts";
import { tableRows } from "./engine/tables.ts";
import { thousandRows } from "./engine/thousand.ts";
import type { Row } from "./measure.ts";
import type { Plan } from "./plan.ts";

const SUBJECTS: readonly Subject[] = [startUpRows, thousandRows, manyTestRows, tableRows, installedRows];

/** The engine as whole processes, beside promptfoo on the same suites. */
export async function engineRows(plan: Plan): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "llmops-bench-"));
  try {
    const promptfoo = new Promptfoo(join(folder, "promptfoo"));
    const rows: Row[] = [];
    for (const subject of SUBJECTS) rows.push(...(await subject({ folder, plan, promptfoo })));
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
