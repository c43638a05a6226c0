import type { ComparisonState, ComparisonView } from "../../protocol/experiments.ts";
import { ask, tell } from "../channel.ts";
import { Text } from "../parts/text.tsx";
import { SideBySide } from "./sideBySide.tsx";
import { Texts } from "./texts.tsx";

interface Props {
  readonly state: ComparisonState;
  readonly view: ComparisonView;
  readonly change: (part: Partial<ComparisonState>) => void;
}

/** The evidence, and what was changed. */
export function Overview({ state, view, change }: Props) {
  if (view.runs.length === 0) return null;
  const hidden = state.all ? 0 : [...view.metrics, ...view.params, ...view.facts].filter(({ differs }) => !differs).length;
  const save = async (format: "csv" | "md") => {
    const content = await ask<string>({ kind: "export", format, runs: state.runs, baseline: state.baseline, series: state.series });
    tell({ kind: "save", name: `comparison.${format}`, content, encoding: "utf8" });
  };
  return (
    <>
      <div class="bar">
        <label><input type="checkbox" checked={!state.all} onChange={({ currentTarget }) => change({ all: !currentTarget.checked })} /> Only differences</label>
        {hidden > 0 && <span class="quiet">{hidden === 1 ? "1 row is" : `${hidden} rows are`} the same in all runs</span>}
        <span class="exports">
          <button onClick={() => void save("csv")}>Export CSV</button>
          <button onClick={() => void save("md")}>Export Markdown</button>
        </span>
      </div>
      <SideBySide view={view} all={state.all === true} setBaseline={(baseline) => change({ baseline })} remove={(key) => change({ runs: state.runs.filter((other) => other !== key) })} />
      <Texts view={view} />
      <Artifacts view={view} folder={state.folder} />
    </>
  );
}

function Artifacts({ view: { artifacts, runs }, folder }: { view: ComparisonView; folder: string }) {
  if (artifacts.length === 0) return null;
  return (
    <section aria-labelledby="artifacts">
      <h2 id="artifacts">Artifacts</h2>
      <ul class="artifacts">
        {artifacts.map(({ run, path, size }) => (
          <li>
            <button class="link" onClick={() => tell({ kind: "openArtifact", folder, run, path })}><Text text={path} /></button> <span class="quiet">{runs.length > 1 && `${run.slice(0, 8)} · `}{size.toLocaleString()} bytes</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
