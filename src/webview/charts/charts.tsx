import { useRef } from "preact/hooks";
import type { ChartQuery, ChartView, ComparisonState, ComparisonView } from "../../protocol/experiments.ts";
import { tell } from "../channel.ts";
import { Text } from "../parts/text.tsx";
import { useAnswer } from "../useAnswer.ts";
import { Chart, Legend } from "./chart.tsx";
import { pngOf, svgOf } from "./picture.ts";

interface Props {
  readonly state: ComparisonState;
  readonly view: ComparisonView;
  readonly change: (part: Partial<ComparisonState>) => void;
}

const KINDS = [["history", "over commits"], ["distribution", "distribution over cases"], ["scatter", "two metrics"], ["curves", "by step"]] as const;
const OF_CASES = ["score", "latency", "cost", "tokens", "pass"];

/** Pictures of the runs, each with its numbers as a table. */
export function Charts({ state, view, change }: Props) {
  const names = view.metrics.map(({ name }) => name);
  const query = state.chart ?? defaultChart(view, "history");
  const picture = useRef<HTMLDivElement>(null);
  const { value, problem } = useAnswer<ChartView>({ kind: "chart", chart: query, runs: state.runs, baseline: state.baseline, series: state.series });
  const show = (chart: ChartQuery) => change({ chart });
  const svg = () => picture.current!.querySelector<SVGSVGElement>("svg.chart")!;
  const file = `${query.kind}-${query.kind === "scatter" ? `${query.x}-${query.y}` : query.metric}`.replace(/[^\w.-]+/g, "-");
  const usable = { history: names.length > 0, distribution: view.hasCases, scatter: names.length > 1, curves: view.stepped.length > 0 };
  return (
    <>
      <div class="bar">
        <div class="choices" role="group" aria-label="Which chart">
          {KINDS.map(([kind, label]) => <button class="choice" aria-pressed={query.kind === kind} disabled={!usable[kind]} onClick={() => show(defaultChart(view, kind))}>{label}</button>)}
        </div>
        {query.kind === "scatter" ? (
          <>
            <Choice label="Across" names={names} value={query.x} choose={(x) => show({ ...query, x })} />
            <Choice label="Up" names={names} value={query.y} choose={(y) => show({ ...query, y })} />
          </>
        ) : (
          <Choice label="Metric" names={query.kind === "curves" ? view.stepped : query.kind === "distribution" ? OF_CASES : names} value={query.metric} choose={(metric) => show({ ...query, metric })} />
        )}
        {value && (
          <span class="exports">
            <button onClick={() => tell({ kind: "save", name: `${file}.svg`, content: svgOf(svg()), encoding: "utf8" })}>Export SVG</button>
            <button onClick={() => void pngOf(svg()).then((content) => tell({ kind: "save", name: `${file}.png`, content, encoding: "base64" }))}>Export PNG</button>
          </span>
        )}
      </div>
      {problem !== undefined && <p class="problem" role="alert">{problem}</p>}
      {value && (
        <>
          <h2>{value.title}</h2>
          {value.notices.map((notice) => <p class="quiet">{notice}</p>)}
          <div ref={picture} class="picture" tabIndex={0} role="region" aria-label="Chart"><Chart view={value} /></div>
          <Legend view={value} />
          <Numbers view={value} />
        </>
      )}
    </>
  );
}

function defaultChart(view: ComparisonView, kind: ChartQuery["kind"]): ChartQuery {
  const [first = "accuracy", second = first] = view.metrics.map(({ name }) => name);
  if (kind === "scatter") return { kind, x: view.metrics.find(({ name }) => name === "cost" || name === "tokens")?.name ?? second, y: first };
  return { kind, metric: kind === "curves" ? (view.stepped[0] ?? first) : kind === "distribution" ? "score" : first };
}

function Choice({ label, names, value, choose }: { label: string; names: readonly string[]; value: string; choose: (name: string) => void }) {
  return <label>{label} <select value={value} onChange={({ currentTarget }) => choose(currentTarget.value)}>{names.map((name) => <option value={name}>{name}</option>)}</select></label>;
}

/** Points that are read as words are enough: a curve of thousands is no table. */
const MOST_ROWS = 200;

/** What the picture shows, for whoever does not see it. */
function Numbers({ view }: { view: ChartView }) {
  const rows = view.series.flatMap(({ name, points }) => points.flatMap(({ label, x, y }) => (label === undefined && view.y.names ? [] : [{ name, text: label ?? `${x}: ${y}` }])));
  return (
    <details>
      <summary>Numbers</summary>
      <div class="scroll" tabIndex={0} role="region" aria-label="Numbers of the chart">
        <table class="side"><tbody>{rows.slice(0, MOST_ROWS).map(({ name, text }) => <tr><th scope="row">{name}</th><td><Text text={text} /></td></tr>)}</tbody></table>
        {rows.length > MOST_ROWS && <p class="quiet">and {rows.length - MOST_ROWS} more points</p>}
      </div>
    </details>
  );
}
