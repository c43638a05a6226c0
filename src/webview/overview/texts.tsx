import type { ComparisonView, DiffLine, TextChange } from "../../protocol/experiments.ts";
import { Pieces } from "../parts/text.tsx";

const SIGNS = { removed: "−", added: "+", same: " ", gap: " " } as const;

/** What differs in the texts of prompts, suite and configuration. */
export function Texts({ view: { texts, runs, baseline } }: { view: ComparisonView }) {
  if (texts.length === 0) return null;
  return (
    <section aria-labelledby="texts">
      <h2 id="texts">What was changed</h2>
      {texts.map((change, index) => <Change change={change} from={runs[baseline]!.key.slice(0, 8)} to={runs[change.run]!.key.slice(0, 8)} open={index < 4} />)}
    </section>
  );
}

function Change({ change: { path, lines }, from, to, open }: { change: TextChange; from: string; to: string; open: boolean }) {
  return (
    <details open={open}>
      <summary><code>{path}</code> <span class="quiet">{from} → {to}</span></summary>
      {lines ? <div class="diff" role="figure" aria-label={`Changes of ${path}`} tabIndex={0}>{lines.map((line) => <Line line={line} />)}</div> : <p class="quiet">The texts are too different to say how.</p>}
    </details>
  );
}

function Line({ line: { kind, before, after, pieces } }: { line: DiffLine }) {
  if (kind === "gap") return <div class="gap" aria-hidden="true">⋯</div>;
  return (
    <div class={kind}>
      <span class="lineNumber" aria-hidden="true">{before ?? ""}</span>
      <span class="lineNumber" aria-hidden="true">{after ?? ""}</span>
      <span class="sign">{SIGNS[kind]}</span>
      <span class="lineText">{kind !== "same" && <span class="unseen">{kind}: </span>}<Pieces pieces={pieces} as={kind === "removed" ? "removed" : "added"} /></span>
    </div>
  );
}
