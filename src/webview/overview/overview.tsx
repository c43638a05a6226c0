import type { ComparisonState, ComparisonView } from "../../protocol/experiments.ts";
import { SideBySide } from "./sideBySide.tsx";
import { Texts } from "./texts.tsx";

interface Props {
  readonly state: ComparisonState;
  readonly view: ComparisonView;
  readonly change: (part: Partial<ComparisonState>) => void;
}

/** Verdict, evidence, and what was changed. */
export function Overview({ state, view, change }: Props) {
  const { runs, gone, conclusion, winner, notices } = view;
  const hidden = state.all ? 0 : [...view.metrics, ...view.params, ...view.facts].filter(({ differs }) => !differs).length;
  return (
    <>
      <p class={`conclusion ${winner === undefined ? "" : "good"}`} role="status">{conclusion}</p>
      {gone.length > 0 && <p class="notice">{gone.map((key) => key.slice(0, 8)).join(", ")} {gone.length === 1 ? "is" : "are"} no longer in the store.</p>}
      {notices.map((notice) => <p class="notice">{notice}</p>)}
      {runs.length > 0 && (
        <>
          <div class="bar">
            <label><input type="checkbox" checked={!state.all} onChange={({ currentTarget }) => change({ all: !currentTarget.checked })} /> Only differences</label>
            {hidden > 0 && <span class="quiet">{hidden} rows are the same in all runs</span>}
          </div>
          <SideBySide view={view} all={state.all === true} setBaseline={(baseline) => change({ baseline })} remove={(key) => change({ runs: state.runs.filter((other) => other !== key) })} />
          <Texts view={view} />
        </>
      )}
    </>
  );
}
