import picomatch from "picomatch";
import { relativePosix } from "../core/config/settings.ts";
import { decisive } from "../core/regression/report.ts";
import { headline } from "../core/regression/words.ts";
import type { BisectAnswer } from "../protocol/authoring.ts";
import type { SuiteDescription } from "./worker/messages.ts";
import type { SuiteState } from "../protocol/messages.ts";

/** What is known of a suite: what it is, and what is going on with it. */
export interface SuiteEntry {
  readonly suite: SuiteDescription;
  readonly state: SuiteState;
  /** Which of the changes did it, as far as somebody has asked; of this version of the suite. */
  readonly blame?: BisectAnswer;
}

/** The suites of all open folders: one place that every view looks at. */
export class SuiteBoard {
  private readonly entries = new Map<string, SuiteEntry>();
  private readonly listeners: (() => void)[] = [];

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Takes a new description; its state follows from it unless something is going on. */
  describe(suite: SuiteDescription, state: SuiteState = stateOf(suite)): void {
    const known = this.entries.get(suite.file);
    this.entries.set(suite.file, { suite, state, ...(known?.blame && known.suite.version === suite.version ? { blame: known.blame } : {}) });
    this.changed();
  }

  blame(file: string, blame: BisectAnswer): void {
    const entry = this.entries.get(file);
    if (!entry) return;
    this.entries.set(file, { ...entry, blame });
    this.changed();
  }

  setState(file: string, state: SuiteState): void {
    const entry = this.entries.get(file);
    if (!entry) return;
    this.entries.set(file, { ...entry, state });
    this.changed();
  }

  remove(file: string): void {
    if (this.entries.delete(file)) this.changed();
  }

  get(file: string): SuiteEntry | undefined {
    return this.entries.get(file);
  }

  all(): SuiteEntry[] {
    return [...this.entries.values()].sort((a, b) => (a.suite.name < b.suite.name ? -1 : 1));
  }

  /** The suites that a file is part of, or about. */
  affectedBy(file: string): SuiteEntry[] {
    return this.all().filter(({ suite }) => suite.file === file || suite.files.includes(file) || isAbout(suite, file));
  }

  /** The suites whose prompts stand in a file. */
  withPromptIn(file: string): SuiteEntry[] {
    return this.all().filter(({ suite }) => suite.prompts.some((prompt) => prompt.location.file === file));
  }

  /** Lets every view look again. */
  changed(): void {
    for (const listener of this.listeners) listener();
  }
}

export function stateOf(suite: SuiteDescription): SuiteState {
  const errors = suite.problems.filter((problem) => problem.severity === "error").length;
  if (errors > 0) return { kind: "invalid", problems: errors };
  const { report } = suite;
  if (!report) return { kind: "never" };
  const series = decisive(report);
  const broke = report.series.reduce((sum, series) => sum + series.broke.length, 0);
  return { kind: "judged", verdict: report.verdict, stale: report.version !== suite.version, headline: series ? headline(series) : "", broke };
}

function isAbout(suite: SuiteDescription, file: string): boolean {
  if (suite.affects.length === 0) return false;
  const path = relativePosix(suite.root, file);
  return !path.startsWith("..") && picomatch.isMatch(path, [...suite.affects]);
}
