import { artifactFile } from "../../core/experiments/artifacts.ts";
import { CaseTables, type ComparedCases } from "../../core/experiments/cases/caseTables.ts";
import { goldenEdit } from "../../core/experiments/cases/golden.ts";
import { chartOf } from "../../core/experiments/charts/charts.ts";
import { comparisonCsv, comparisonMarkdown } from "../../core/experiments/compare/export.ts";
import { type ComparisonView, comparisonView, headOf } from "../../core/experiments/compare/view.ts";
import { parseFilter } from "../../core/experiments/filter/parse.ts";
import { FilterError } from "../../core/experiments/filter/tokens.ts";
import { runGroups, runsOfGroup } from "../../core/experiments/table/groups.ts";
import { RunTable } from "../../core/experiments/table/runTable.ts";
import { personOf, type Workspace } from "../../core/regression/workspace.ts";
import { artifactsOf } from "../../core/store/experiments/artifacts.ts";
import { addComment, removeComment } from "../../core/store/experiments/comments.ts";
import { findTracked } from "../../core/store/experiments/runs.ts";
import { searchRuns } from "../../core/store/experiments/search.ts";
import type { Store } from "../../core/store/store.ts";
import type { ExperimentsAction } from "../../protocol/experiments.ts";

/** Everything the editor asks of runs and their comparisons. */
export class ExperimentWork {
  private readonly changed: () => void;
  private last: { readonly key: string; readonly view: ComparisonView } | undefined;
  private readonly runs = new Map<Workspace, RunTable>();
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
      case "runs": {
        const table = this.runs.get(workspace) ?? new RunTable(store);
        this.runs.set(workspace, table);
        return table.page(action.query, action.from, action.count);
      }
      case "groups":
        return runGroups(store, action.by, action.filter);
      case "group":
        return runsOfGroup(store, action.by, action.filter, action.value, action.limit);
      case "checkFilter":
        return mistakeIn(action.filter);
      case "artifact": {
        const found = artifactsOf(store, runOf(store, action.run).id).find(({ path }) => path === action.path);
        return found ? { file: artifactFile(store, found.hash), at: found.at } : null;
      }
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

/** What is wrong with a filter; `null`: nothing. */
function mistakeIn(filter: string): string | null {
  try {
    if (filter.trim() !== "") parseFilter(filter);
    return null;
  } catch (error) {
    if (error instanceof FilterError) return `At character ${error.at + 1}: ${error.message}`;
    throw error;
  }
}

function runOf(store: Store, key: string) {
  const run = findTracked(store, key);
  if (!run || run === "several") throw new Error(`The run ${key} is no longer in the store.`);
  return run;
}
