import type { ComparisonView, FactView, MetricCellView, MetricView, RunHead } from "../../protocol/experiments.ts";
import { useArrowKeys } from "../parts/arrowKeys.ts";
import { Text } from "../parts/text.tsx";
import { signOf, toneOf } from "../parts/tone.ts";

interface Props {
  readonly view: ComparisonView;
  readonly all: boolean;
  readonly setBaseline: (key: string) => void;
  readonly remove: (key: string) => void;
}

/** A row a fact, a column a run; the names and the baseline stay in view. */
export function SideBySide({ view, all, setBaseline, remove }: Props) {
  const { runs, baseline, winner } = view;
  const order = [baseline, ...runs.map((_, index) => index).filter((index) => index !== baseline)];
  const shown = <R extends { differs: boolean }>(rows: readonly R[]) => rows.filter(({ differs }) => all || differs);
  const keys = useArrowKeys();
  return (
    <div class="scroll" {...keys}>
      <table class="side" role="grid" aria-label="Runs side by side">
        <thead>
          <tr>
            <th scope="col" class="name" tabIndex={0}><span class="unseen">Name</span></th>
            {order.map((index) => <Head run={runs[index]!} isBaseline={index === baseline} isWinner={index === winner} isCompared={runs.length > 1} setBaseline={setBaseline} remove={remove} />)}
          </tr>
        </thead>
        <Group title="Metrics" rows={shown(view.metrics)} columns={order.length}>{(row) => <MetricLine row={row} order={order} baseline={baseline} />}</Group>
        <Group title="Parameters" rows={shown(view.params)} columns={order.length}>{(row) => <FactLine row={row} order={order} baseline={baseline} />}</Group>
        <Group title="Run" rows={shown(view.facts)} columns={order.length}>{(row) => <FactLine row={row} order={order} baseline={baseline} />}</Group>
      </table>
    </div>
  );
}

function Group<R extends { name: string }>({ title, rows, columns, children }: { title: string; rows: readonly R[]; columns: number; children: (row: R) => preact.ComponentChild }) {
  if (rows.length === 0) return null;
  return (
    <tbody>
      <tr class="group"><th scope="rowgroup" colSpan={columns + 1}><span>{title}</span></th></tr>
      {rows.map(children)}
    </tbody>
  );
}

function Head({ run, isBaseline, isWinner, isCompared, setBaseline, remove }: { run: RunHead; isBaseline: boolean; isWinner: boolean; isCompared: boolean } & Pick<Props, "setBaseline" | "remove">) {
  const short = run.key.slice(0, 8);
  return (
    <th scope="col" class={isBaseline ? "pinned" : ""} tabIndex={-1}>
      <div class="head">
        <strong title={run.key}>{short}</strong>
        {isBaseline ? isCompared && <span class="badge">baseline</span> : <button class="link" onClick={() => setBaseline(run.key)} aria-label={`Take ${short} as baseline`} title="Compare with this run instead">as baseline</button>}
        {isWinner && <span class="badge good">winner</span>}
        {isCompared && <button class="link" onClick={() => remove(run.key)} aria-label={`Take ${short} out of the comparison`} title="Take out of the comparison">✕</button>}
      </div>
      <div class="under"><Text text={run.name} /></div>
      <div class="under">{run.standing} · {run.commit ? `${run.commit.slice(0, 7)}${run.dirty ? "*" : ""} · ` : ""}{new Date(run.startedAt).toLocaleString(undefined, { dateStyle: "short", timeStyle: "short" })}</div>
    </th>
  );
}

function MetricLine({ row, order, baseline }: { row: MetricView; order: readonly number[]; baseline: number }) {
  const better = row.direction === undefined ? "" : row.direction === "higher" ? "higher is better" : "lower is better";
  return (
    <tr>
      <th scope="row" class="name" tabIndex={-1} title={better}><Text text={row.name} />{better && <span class="quiet"> {row.direction === "higher" ? "↑" : "↓"}<span class="unseen">{better}</span></span>}</th>
      {order.map((index) => <td class={`number ${index === baseline ? "pinned" : ""}`} tabIndex={-1}><Metric cell={row.cells[index] ?? null} row={row} /></td>)}
    </tr>
  );
}

function Metric({ cell, row }: { cell: MetricCellView | null; row: MetricView }) {
  if (!cell) return <span class="quiet" title="not measured">–<span class="unseen"> not measured</span></span>;
  const { value, delta, interval, p, n, verdict } = cell;
  const evidence = [interval && `90 % interval ${interval}`, p, n !== undefined && `${n} pairs of cases`].filter(Boolean).join(", ");
  return (
    <>
      <span class="value">{value}</span>
      {delta !== undefined && (
        <span class={`change ${toneOf(verdict)}`} title={evidence || "one value a run: nothing is claimed of the difference"}>
          {" "}{signOf(verdict, delta)} {delta}{interval && <small> [{interval}]</small>}
        </span>
      )}
      {verdict && <div class="under">{verdict} · {p} · n {n}</div>}
      {delta !== undefined && !verdict && <span class="unseen">, {row.direction === undefined ? "no direction known" : "not tested"}</span>}
    </>
  );
}

function FactLine({ row, order, baseline }: { row: FactView; order: readonly number[]; baseline: number }) {
  return (
    <tr>
      <th scope="row" class="name" tabIndex={-1}><Text text={row.name} /></th>
      {order.map((index) => {
        const value = row.values[index] ?? null;
        const other = index !== baseline && value !== row.values[baseline];
        return <td class={`${index === baseline ? "pinned" : ""} ${other ? "other" : ""}`} tabIndex={-1}>{value === null ? <span class="quiet">–</span> : <Text text={value} />}{other && <span class="unseen"> (differs)</span>}</td>;
      })}
    </tr>
  );
}
