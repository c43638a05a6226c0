import type { CaseFilter, CasePage, CaseQuery, CaseRowView, ComparisonState, ComparisonView } from "../../protocol/experiments.ts";
import { Grid, type GridColumn } from "../grid/grid.tsx";
import { usePages } from "../grid/usePages.ts";
import { Pieces, Text } from "../parts/text.tsx";
import { valueWords } from "../parts/numbers.ts";
import { CaseFilters } from "./filters.tsx";
import { Details } from "./details.tsx";

interface Props {
  readonly state: ComparisonState;
  readonly view: ComparisonView;
  readonly change: (part: Partial<ComparisonState>) => void;
}

/** Every case in a row, the runs' answers beside each other: what broke first. */
export function Cases({ state, view, change }: Props) {
  const query = state.cases ?? {};
  const compared = { runs: state.runs, baseline: state.baseline, series: state.series };
  const { answer, problem, rowAt, want } = usePages<CasePage, CaseRowView>(JSON.stringify([compared, query]), (from, count) => ({ kind: "cases", ...compared, query, from, count }));
  const ask = (part: Partial<CaseQuery>) => change({ cases: { ...query, ...part } });
  const order = [view.baseline, ...view.runs.map((_, index) => index).filter((index) => index !== view.baseline)];
  const shown = query.sort?.metric ?? "score";
  const columns: GridColumn<CaseRowView>[] = [
    { id: "case", label: "Case", width: 260, pinned: true, cell: (row) => <div class="title"><span class="quiet">#{row.number ?? "–"}</span> <Text text={row.title} /></div> },
    ...order.map((index): GridColumn<CaseRowView> => {
      const { key } = view.runs[index]!;
      const name = `${key.slice(0, 8)}${index === view.baseline ? " (baseline)" : ""}`;
      return { id: String(index), label: name, width: 320, sortable: true, cell: (row) => <Answer cell={row.cells[index] ?? null} shown={shown} /> };
    }),
  ];
  const sortBy = (id: string) => {
    const run = Number(id);
    const { sort } = query;
    if (sort?.run !== run) ask({ sort: { metric: shown, run, change: sort?.change, descending: false } });
    else ask({ sort: sort.descending ? undefined : { ...sort, descending: true } });
  };
  return (
    <>
      <CaseFilters query={query} answer={answer} ask={ask} />
      {problem !== undefined && <p class="problem" role="alert">{problem}</p>}
      <p class="unseen" role="status">{answer && `${answer.total} cases${answer.searching ? ", searching" : ""}`}</p>
      {answer?.total === 0 && !answer.searching ? (
        <p class="quiet">{nothing(query.filter, query.text)}</p>
      ) : (
        <div class="tall">
          <Grid
            label="Cases" count={answer?.total ?? 0} rowHeight={46} columns={columns} rowAt={rowAt} want={want}
            onOpen={(row) => change({ case: row.id })} isSelected={(row) => row.id === state.case}
            sort={query.sort && { id: String(query.sort.run), descending: query.sort.descending }} onSort={sortBy}
          />
        </div>
      )}
      {state.case !== undefined && <Details id={state.case} compared={compared} view={view} order={order} folder={state.folder} close={() => change({ case: undefined })} />}
    </>
  );
}

function Answer({ cell, shown }: { cell: CaseRowView["cells"][number]; shown: string }) {
  if (!cell) return <span class="quiet" title="This run did not have the case">–</span>;
  const { state, change, output, isCut, passed, judged, values } = cell;
  const sign = state === "passed" ? "✓" : state === "failed" ? "✗" : "?";
  const value = (values as Readonly<Record<string, number | undefined>>)[shown];
  return (
    <div class="answer">
      <span class={state === "passed" ? "good" : state === "failed" ? "bad" : "quiet"} title={state === "error" ? "could not be judged" : state}>{sign}<span class="unseen">{state} </span></span>
      {judged > 1 && <span class="quiet"> {passed}/{judged}</span>}
      {change && <span class={`badge ${change === "broke" ? "bad" : "good"}`}>{change}</span>}
      {shown !== "pass" && value !== undefined && <span class="quiet"> {valueWords(shown, value)}</span>}
      <span class="output"> <Pieces pieces={output} as="added" />{isCut && "…"}</span>
    </div>
  );
}

function nothing(filter: CaseFilter = "all", text = ""): string {
  if (text.trim() !== "") return `No case has “${text}” in its title or in an output.`;
  switch (filter) {
    case "broke":
      return "No case broke: each that passes in the baseline passes in the others.";
    case "fixed":
      return "No case was fixed.";
    case "failed":
      return "No case fails.";
    case "errors":
      return "Every answer could be judged.";
    case "differs":
      return "All answers are the same.";
    case "all":
      return "These runs have no cases.";
  }
}
