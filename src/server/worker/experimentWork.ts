import { comparisonView, headOf } from "../../core/experiments/compare/view.ts";
import type { Workspace } from "../../core/regression/workspace.ts";
import { searchRuns } from "../../core/store/experiments/search.ts";
import type { ExperimentsAction } from "../../protocol/experiments.ts";

/** Everything the editor asks of runs and their comparisons. */
export class ExperimentWork {
  async perform({ store }: Workspace, action: ExperimentsAction): Promise<unknown> {
    switch (action.kind) {
      case "compare":
        return comparisonView(store, action.runs, action.baseline);
      case "recent":
        return searchRuns(store, { limit: action.limit }).map(headOf);
    }
  }
}
