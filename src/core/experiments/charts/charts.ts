import type { Workspace } from "../../regression/workspace.ts";
import { compareRuns } from "../compare/compare.ts";
import type { CaseTables, ComparedCases } from "../cases/caseTables.ts";
import { chooseSeries } from "../compare/series.ts";
import { shortKey } from "../words.ts";
import { trackedRuns } from "../tracked.ts";
import type { ChartQuery, ChartView } from "./chart.ts";
import { curvesChart } from "./curves.ts";
import { distributionChart } from "./distribution.ts";
import { historyChart } from "./history.ts";
import { scatterChart } from "./scatter.ts";

/** A chart of runs that are compared. @throws {Error} where none of them is there any more. */
export async function chartOf({ store }: Workspace, tables: CaseTables, compared: ComparedCases, query: ChartQuery): Promise<ChartView> {
  const { runs, baseline } = trackedRuns(store, compared);
  if (runs.length === 0) throw new Error("None of these runs is there any more.");
  const named = runs.map(({ id, key }) => ({ id, name: shortKey(key) }));
  switch (query.kind) {
    case "history":
      return historyChart(store, runs, baseline, chooseSeries(store, runs, baseline, compared.series).series[baseline], query.metric);
    case "distribution":
      return distributionChart(query.metric, await tables.values(compared, query.metric));
    case "scatter": {
      const { metrics } = compareRuns(store, runs, baseline, new Map(), compared.series);
      const find = (name: string) => metrics.find((row) => row.name === name);
      return scatterChart(named.map(({ name }) => name), find(query.x), find(query.y), query);
    }
    case "curves":
      return curvesChart(store, named, query.metric);
  }
}
