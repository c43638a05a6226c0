import { placeAt } from "../../../src/core/evals/suite/source.ts";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import nunjucks from "nunjucks";
import type { GradedRow } from "../../../src/core/evals/assertions/definition.ts";
import { gradeRow } from "../../../src/core/evals/assertions/gradeRow.ts";
import type { Assertion, AssertionNode, AssertionSet, RowGrade } from "../../../src/core/evals/model.ts";
import { type SuiteCode, type SuiteCodeOptions, createSuiteCode } from "../../../src/core/evals/suiteCode/pool.ts";
import { START } from "../../../src/core/problem.ts";
import { nodeProcesses } from "../../../src/engine/processes.ts";

/** Real children, started from the engine's own entry. */
export const processes = nodeProcesses(fileURLToPath(new URL("../../../src/engine/main.ts", import.meta.url)));

const templates = new nunjucks.Environment(null, { autoescape: false });

export function assertion(type: string, value?: unknown, more: Partial<Assertion> = {}): Assertion {
  return { kind: "assertion", type, value, threshold: undefined, weight: 1, metric: undefined, config: {}, place: placeAt({ file: "suite.yaml", range: START }), ...more };
}

export function assertSet(assert: readonly Assertion[], more: Partial<AssertionSet> = {}): AssertionSet {
  return { kind: "set", assert, threshold: undefined, weight: 1, metric: undefined, place: placeAt({ file: "suite.yaml", range: START }), ...more };
}

/** A folder for scripts and the pool that runs them, made for one `describe` and removed after it. */
export class Bench {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "llmops-suite-")));
  private readonly options: Partial<SuiteCodeOptions>;
  private pool: SuiteCode | undefined;

  constructor(options: Partial<SuiteCodeOptions> = {}) {
    this.options = options;
  }

  get suiteCode(): SuiteCode {
    return (this.pool ??= createSuiteCode(processes, { cwd: this.folder, ...this.options }));
  }

  file(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  grade(assert: readonly AssertionNode[], output: unknown, row: Partial<GradedRow> = {}): Promise<RowGrade> {
    return gradeRow({
      assert,
      threshold: undefined,
      output,
      vars: {},
      latencyMs: 100,
      cost: 0.001,
      finishReason: undefined,
      logProbs: undefined,
      provider: {},
      http: undefined,
      context: { prompt: "the prompt" },
      render: (text, vars) => templates.renderString(text, vars),
      suiteCode: this.suiteCode,
      ...row,
    });
  }

  close(): void {
    this.pool?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
