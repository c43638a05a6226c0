import { useEffect, useState } from "preact/hooks";
import type { ComparisonState, ComparisonView, PageState } from "../protocol/experiments.ts";
import { firstState, keepState, listen, tell } from "./channel.ts";
import { Cases } from "./cases/cases.tsx";
import { Charts } from "./charts/charts.tsx";
import { Conclusion } from "./overview/conclusion.tsx";
import { Overview } from "./overview/overview.tsx";
import { Tabs } from "./parts/tabs.tsx";
import { Runs } from "./runs/runs.tsx";
import { useAnswer } from "./useAnswer.ts";

/** A page: what it is about is its state, everything else the engine's answers. */
export function App() {
  const [state, setState] = useState<PageState>(firstState);
  useEffect(() => keepState(state), [state]);
  useEffect(() => listen((message) => message.kind === "state" && setState(message.state)), []);
  return "runs" in state ? <Comparison state={state} change={(part) => setState((before) => ({ ...before, ...part }))} /> : <Runs state={state} change={(part) => setState((before) => ({ ...before, ...part }))} />;
}

function Comparison({ state, change }: { state: ComparisonState; change: (part: Partial<ComparisonState>) => void }) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "c" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      tell({ kind: "copyLink", state });
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [state]);
  const { value: view, problem } = useAnswer<ComparisonView>({ kind: "compare", runs: state.runs, baseline: state.baseline, series: state.series });
  return (
    <>
      {problem !== undefined && <p class="problem" role="alert">{problem}</p>}
      {view ? <Page state={state} view={view} change={change} /> : problem === undefined && <p class="quiet" role="status">Comparing…</p>}
    </>
  );
}

function Page({ state, view, change }: { state: ComparisonState; view: ComparisonView; change: (part: Partial<ComparisonState>) => void }) {
  const { tab = "overview" } = state;
  return (
    <>
      <Conclusion state={state} view={view} change={change} />
      <Tabs tabs={[{ id: "overview", label: "Overview" }, { id: "cases", label: "Cases", disabled: !view.hasCases }, { id: "charts", label: "Charts" }]} selected={tab} select={(id) => change({ tab: id })} />
      <div id="panel" role="tabpanel" aria-labelledby={`tab-${tab}`}>
        {tab === "cases" ? <Cases state={state} view={view} change={change} /> : tab === "charts" ? <Charts state={state} view={view} change={change} /> : <Overview state={state} view={view} change={change} />}
      </div>
    </>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
