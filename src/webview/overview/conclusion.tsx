import type { ComparisonState, ComparisonView } from "../../protocol/experiments.ts";

interface Props {
  readonly state: ComparisonState;
  readonly view: ComparisonView;
  readonly change: (part: Partial<ComparisonState>) => void;
}

/** The verdict, and what limits it. */
export function Conclusion({ state, view: { gone, conclusion, winner, notices, series }, change }: Props) {
  return (
    <>
      <p class={`conclusion ${winner === undefined ? "" : "good"}`} role="status">{conclusion}</p>
      {gone.length > 0 && <p class="notice">{gone.map((key) => key.slice(0, 8)).join(", ")} {gone.length === 1 ? "is" : "are"} no longer in the store. <button class="link" onClick={() => change({ runs: state.runs.filter((key) => !gone.includes(key)) })}>Take out</button></p>}
      {notices.map((notice) => <p class="notice">{notice}</p>)}
      {series.length > 1 && (
        <label class="bar">
          Compared in
          <select value={series[0]!.key} onChange={({ currentTarget }) => change({ series: currentTarget.value })}>
            {series.map(({ key, label, provider }) => <option value={key}>{label} · {provider}</option>)}
          </select>
        </label>
      )}
    </>
  );
}
