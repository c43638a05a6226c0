import { useEffect, useState } from "preact/hooks";
import type { RunRowView, RunsPage, RunsState } from "../../protocol/experiments.ts";
import { tell } from "../channel.ts";
import { Grid, type GridColumn } from "../grid/grid.tsx";
import { usePages } from "../grid/usePages.ts";
import { Text } from "../parts/text.tsx";

/** A pause of so many milliseconds ends a filter that is typed. */
const TYPED_MS = 200;
const MOST_COMPARED = 50;

interface Props {
  readonly state: RunsState;
  readonly change: (part: Partial<RunsState>) => void;
}

/** Every run of the workspace in a row; those that are ticked are compared. */
export function Runs({ state, change }: Props) {
  const { query = {}, ticked = [] } = state;
  const { answer, problem, rowAt, want } = usePages<RunsPage, RunRowView>(JSON.stringify(query), (from, count) => ({ kind: "runs", query, from, count }));
  const [filter, setFilter] = useState(query.filter ?? "");
  useEffect(() => {
    if (filter === (query.filter ?? "")) return;
    const timer = setTimeout(() => change({ query: { ...query, filter: filter === "" ? undefined : filter } }), TYPED_MS);
    return () => clearTimeout(timer);
  }, [filter]);
  const toggle = ({ key }: RunRowView) => change({ ticked: ticked.includes(key) ? ticked.filter((other) => other !== key) : [...ticked, key].slice(-MOST_COMPARED) });
  const open = ({ key }: RunRowView) => tell({ kind: "openRuns", folder: state.folder, runs: [key] });
  const [sorted, direction] = query.sort?.match(/^(.*) (asc|desc)$/)?.slice(1) ?? [];
  const sortBy = (id: string) => change({ query: { ...query, sort: sorted !== id ? `${id} desc` : direction === "desc" ? `${id} asc` : undefined } });
  return (
    <div class="whole">
      <div class="bar">
        <input class="filter" type="text" spellcheck={false} value={filter} aria-invalid={answer?.mistake !== undefined} aria-describedby="mistake" aria-label="Filter" placeholder="Filter, such as metrics.accuracy > 0.9 and params.model = 'x'" onInput={({ currentTarget }) => setFilter(currentTarget.value)} />
        <span class="quiet" role="status">{answer && !answer.mistake && `${answer.total.toLocaleString()} ${answer.total === 1 ? "run" : "runs"}`}</span>
        <button disabled={ticked.length < 2} onClick={() => tell({ kind: "openRuns", folder: state.folder, runs: ticked })}>Compare {ticked.length > 0 ? ticked.length : ""}</button>
        {ticked.length > 0 && <button class="link" onClick={() => change({ ticked: [] })}>Untick all</button>}
      </div>
      <p id="mistake" class="notice" hidden={!answer?.mistake}>{answer?.mistake && `At character ${answer.mistake.at + 1}: ${answer.mistake.message}`}</p>
      {problem !== undefined && <p class="problem" role="alert">{problem}</p>}
      {answer?.total === 0 && !answer.mistake ? (
        <p class="quiet">{query.filter ? "No run passes the filter." : "No run is in the store yet: run a suite, or log one with llmops run start."}</p>
      ) : (
        <div class="fill">
          <Grid label="Runs" count={answer?.total ?? 0} rowHeight={26} columns={columnsOf(answer, ticked)} rowAt={rowAt} want={want} onOpen={open} onToggle={toggle} isSelected={({ key }) => ticked.includes(key)} sort={sorted === undefined ? undefined : { id: sorted, descending: direction === "desc" }} onSort={sortBy} />
        </div>
      )}
    </div>
  );
}

function columnsOf(answer: RunsPage | undefined, ticked: readonly string[]): GridColumn<RunRowView>[] {
  const { metrics = [], params = [], tags = [] } = answer?.columns ?? {};
  const logged = (group: "metrics" | "params" | "tags", title: string, names: readonly string[]) =>
    names.map((name): GridColumn<RunRowView> => ({ id: `${group}."${name}"`, label: name, head: <Text text={name} />, group: title, width: 130, sortable: true, cell: (row) => (row[group][name] === undefined ? <span class="quiet">–</span> : <Text text={row[group][name]!} />) }));
  return [
    { id: "name", label: "Run", group: "Run", width: 300, pinned: true, sortable: true, cell: (row) => <div class="oneLine"><span aria-hidden="true">{ticked.includes(row.key) ? "☑" : "☐"}</span> <code>{row.key.slice(0, 8)}</code> <Text text={row.name} /></div> },
    { id: "status", label: "Status", group: "Run", width: 110, sortable: true, cell: (row) => row.standing },
    { id: "start_time", label: "Started", group: "Run", width: 150, sortable: true, cell: (row) => new Date(row.startedAt).toLocaleString(undefined, { dateStyle: "short", timeStyle: "short" }) },
    { id: "commit", label: "Commit", group: "Run", width: 90, sortable: true, cell: (row) => (row.commit ? `${row.commit.slice(0, 7)}${row.dirty ? "*" : ""}` : "–") },
    ...logged("metrics", "Metrics", metrics),
    ...logged("params", "Parameters", params),
    ...logged("tags", "Tags", tags),
  ];
}
