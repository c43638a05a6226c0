import { useEffect, useState } from "preact/hooks";
import type { CaseFilter, CasePage, CaseQuery } from "../../protocol/experiments.ts";

const FILTERS: readonly (readonly [CaseFilter, string])[] = [["all", "all"], ["broke", "broke"], ["fixed", "fixed"], ["failed", "failed"], ["errors", "not judged"], ["differs", "other output"]];
/** A pause of so many milliseconds ends a word that is searched for. */
const TYPED_MS = 120;

interface Props {
  readonly query: CaseQuery;
  readonly answer: CasePage | undefined;
  readonly ask: (part: Partial<CaseQuery>) => void;
}

/** Which cases are shown, and in which order. */
export function CaseFilters({ query, answer, ask }: Props) {
  const { filter = "all", where, sort } = query;
  const [text, setText] = useState(query.text ?? "");
  useEffect(() => setText(query.text ?? ""), [query.text]);
  useEffect(() => {
    if (text === (query.text ?? "")) return;
    const timer = setTimeout(() => ask({ text: text === "" ? undefined : text }), TYPED_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const metrics = answer?.metrics ?? ["score"];
  return (
    <div class="bar">
      <div class="choices" role="group" aria-label="Which cases">
        {FILTERS.map(([id, label]) => (
          <button class="choice" aria-pressed={filter === id} onClick={() => ask({ filter: id })}>{label} {answer?.counts[id] ?? ""}</button>
        ))}
      </div>
      <input type="search" value={text} placeholder="Text in titles and outputs" aria-label="Text in titles and outputs" onInput={({ currentTarget }) => setText(currentTarget.value)} />
      {answer?.searching && <span class="quiet" role="status">searching, {answer.total} so far…</span>}
      <label>
        Sort by{" "}
        <select value={sort?.metric ?? ""} onChange={({ currentTarget: { value } }) => ask({ sort: value === "" ? undefined : { run: 0, descending: true, ...sort, metric: value } })}>
          <option value="">what broke</option>
          {metrics.map((metric) => <option value={metric}>{metric}</option>)}
        </select>
      </label>
      {sort && <label><input type="checkbox" checked={sort.change === true} onChange={({ currentTarget }) => ask({ sort: { ...sort, change: currentTarget.checked } })} /> by change</label>}
      <fieldset class="condition">
        <legend class="unseen">Only cases where in some run</legend>
        <select aria-label="Only cases where this metric in some run" value={where?.metric ?? ""} onChange={({ currentTarget: { value } }) => ask({ where: value === "" ? undefined : { operator: "<", value: 0.5, ...where, metric: value } })}>
          <option value="">any value</option>
          {metrics.map((metric) => <option value={metric}>{metric}</option>)}
        </select>
        {where && (
          <>
            <select aria-label="is" value={where.operator} onChange={({ currentTarget: { value } }) => ask({ where: { ...where, operator: value as "<" | ">=" } })}><option value="<">&lt;</option><option value=">=">≥</option></select>
            <input type="number" step="any" aria-label="than" value={where.value} onChange={({ currentTarget: { valueAsNumber } }) => Number.isFinite(valueAsNumber) && ask({ where: { ...where, value: valueAsNumber } })} />
          </>
        )}
      </fieldset>
    </div>
  );
}
