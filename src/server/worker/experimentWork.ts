import { CaseTables, type ComparedCases } from "../../core/experiments/cases/caseTables.ts";
import { goldenEdit } from "../../core/experiments/cases/golden.ts";
import { chartOf } from "../../core/experiments/charts/charts.ts";
import { comparisonCsv, comparisonMarkdown } from "../../core/experiments/compare/export.ts";
import { type ComparisonView, comparisonView, headOf } from "../../core/experiments/compare/view.ts";
import { personOf, type Workspace } from "../../core/regression/workspace.ts";
import { addComment, removeComment } from "../../core/store/experiments/comments.ts";
import { findTracked } from "../../core/store/experiments/runs.ts";
import { searchRuns } from "../../core/store/experiments/search.ts";
import type { Store } from "../../core/store/store.ts";
import type { ExperimentsAction } from "../../protocol/experiments.ts";

/** Everything the editor asks of runs and their comparisons. */
export class ExperimentWork {
  private readonly changed: () => void;
  private last: { readonly key: string; readonly view: ComparisonView } | undefined;
  private readonly tables = new Map<Workspace, CaseTables>();

  constructor(changed: () => void) {
    this.changed = changed;
  }

  async perform(workspace: Workspace, action: ExperimentsAction): Promise<unknown> {
    const { store, host } = workspace;
    switch (action.kind) {
      case "compare":
        return this.compare(workspace, action);
      case "cases":
        return this.casesOf(workspace).page(action, action.query, action.from, action.count);
      case "case":
        return this.casesOf(workspace).details(action, action.caseId);
      case "chart":
        return chartOf(workspace, this.casesOf(workspace), action, action.chart);
      case "export":
        return { csv: comparisonCsv, md: comparisonMarkdown }[action.format](this.compare(workspace, action));
      case "golden":
        return goldenEdit(workspace, runOf(store, action.run), action.caseId, action.series);
      case "comment": {
        const by = await personOf(workspace);
        return store.write(() => addComment(store, runOf(store, action.run), { caseId: action.caseId, text: action.text, by, at: host.clock.now() }));
      }
      case "uncomment":
        return store.write(() => removeComment(store, runOf(store, action.run), action.comment, host.clock.now()));
      case "recent":
        return searchRuns(store, { limit: action.limit }).map(headOf);
    }
  }

  /** Anything that happens to any run makes a page ask again; its own runs are mostly as they were. */
  private compare({ store }: Workspace, { runs, baseline, series }: ComparedCases): ComparisonView {
    const found = runs.map((key) => findTracked(store, key)).map((run) => (run === undefined || run === "several" ? undefined : run));
    const isSettled = found.every((run) => run === undefined || (run.kind === "eval" && run.status !== "running"));
    const key = JSON.stringify([store.directory, runs, baseline, series, found.map((run) => run && [run.status, run.endedAt]), isSettled ? 0 : store.lastEvent()]);
    if (this.last?.key !== key) this.last = { key, view: comparisonView(store, { runs, baseline }, series) };
    return this.last.view;
  }

  private casesOf(workspace: Workspace): CaseTables {
    const known = this.tables.get(workspace) ?? new CaseTables(workspace, this.changed);
    this.tables.set(workspace, known);
    return known;
  }
}

function runOf(store: Store, key: string) {
  const run = findTracked(store, key);
  if (!run || run === "several") throw new Error(`The run ${key} is no longer in the store.`);
  return run;
}
