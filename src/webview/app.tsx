import { useEffect, useState } from "preact/hooks";
import type { ComparisonState, ComparisonView } from "../protocol/experiments.ts";
import { firstState, keepState, listen, tell } from "./channel.ts";
import { Overview } from "./overview/overview.tsx";
import { useAnswer } from "./useAnswer.ts";

/** A comparison of runs: what it is about is its state, everything else the engine's answers. */
export function App() {
  const [state, setState] = useState<ComparisonState>(firstState);
  useEffect(() => keepState(state), [state]);
  useEffect(() => listen((message) => message.kind === "state" && setState(message.state)), []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "c" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      tell({ kind: "copyLink", state });
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [state]);
  const { value: view, problem } = useAnswer<ComparisonView>({ kind: "compare", runs: state.runs, baseline: state.baseline });
  const change = (part: Partial<ComparisonState>) => setState((before) => ({ ...before, ...part }));

  return (
    <>
      {problem !== undefined && <p class="problem" role="alert">{problem}</p>}
      {view ? <Overview state={state} view={view} change={change} /> : problem === undefined && <p class="quiet" role="status">Comparing…</p>}
    </>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
