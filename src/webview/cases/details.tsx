import { useEffect, useRef, useState } from "preact/hooks";
import type { CaseAnswer, CaseDetailsView, CaseOfRun, ComparisonView } from "../../protocol/experiments.ts";
import { ask, tell } from "../channel.ts";
import { valueWords } from "../parts/numbers.ts";
import { Pieces, Text } from "../parts/text.tsx";
import { useAnswer } from "../useAnswer.ts";

interface Props {
  readonly id: string;
  readonly compared: { readonly runs: readonly string[]; readonly baseline?: string; readonly series?: string };
  readonly view: ComparisonView;
  /** Of the runs, the baseline first. */
  readonly order: readonly number[];
  readonly folder: string;
  readonly close: () => void;
}

/** One case: what was asked, each run's answers whole, why they passed or failed, and what people say of them. */
export function Details({ id, compared, view, order, folder, close }: Props) {
  const { value, problem } = useAnswer<CaseDetailsView>({ kind: "case", ...compared, caseId: id });
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => head.current?.focus(), [id, value === undefined]);
  if (problem !== undefined) return <p class="problem" role="alert">{problem}</p>;
  if (!value) return <p class="quiet" role="status">Reading the case…</p>;
  const { number, title, vars, place, runs } = value;
  return (
    <section class="details" aria-labelledby="details" onKeyDown={(event) => event.key === "Escape" && close()}>
      <div class="bar">
        <h2 id="details" ref={head} tabIndex={-1}>#{number ?? "–"} <Text text={title} /></h2>
        {place && <button onClick={() => tell({ kind: "openPlace", ...place })}>Open in suite</button>}
        {!place && <span class="quiet">Today's suite does not have this case.</span>}
        <button onClick={close}>Close</button>
      </div>
      {vars !== undefined && <details><summary>Variables</summary><pre tabIndex={0}><Text text={vars} /></pre></details>}
      <div class="runs">
        {order.map((index) => <OfRun of={runs[index] ?? null} name={`${view.runs[index]!.key.slice(0, 8)}${index === view.baseline ? " (baseline)" : ""}`} caseId={id} golden={(run) => tell({ kind: "golden", folder, run, caseId: id, series: view.series[0]?.key })} />)}
      </div>
    </section>
  );
}

function OfRun({ of, name, caseId, golden }: { of: CaseOfRun | null; name: string; caseId: string; golden: (run: string) => void }) {
  return (
    <article aria-label={name}>
      <h3>{name}</h3>
      {of ? <>{of.repeats.map((answer, index) => <Repeat answer={answer} number={of.repeats.length > 1 ? index + 1 : undefined} />)}<button class="link" title="Adds the case to golden.jsonl beside the suite, with this output as what is expected" onClick={() => golden(of.key)}>Add to golden set with this output</button><Comments of={of} caseId={caseId} name={name} /></> : <p class="quiet">This run did not have the case.</p>}
    </article>
  );
}

function Repeat({ answer, number }: { answer: CaseAnswer; number: number | undefined }) {
  const { status, score, latencyMs, cached, cost, tokens, output, left, reason, judgements } = answer;
  const facts = [
    score !== undefined && `score ${valueWords("score", score)}`,
    latencyMs !== undefined && `${valueWords("latency", latencyMs)}${cached ? " (from cache)" : ""}`,
    cost !== undefined && valueWords("cost", cost),
    tokens !== undefined && `${tokens} tokens`,
  ];
  return (
    <>
      <p><strong class={status === "passed" ? "good" : status === "error" ? "quiet" : "bad"}>{number !== undefined && `${number}: `}{status === "error" ? "not judged" : status}</strong> <span class="quiet">{facts.filter(Boolean).join(" · ")}</span></p>
      <pre tabIndex={0} aria-label="Output"><Pieces pieces={output} as="added" />{left > 0 && <span class="quiet">{"\n"}… and {left.toLocaleString()} more characters</span>}</pre>
      {judgements.length > 0 ? <ul class="judgements">{judgements.map(({ pass, type, reason: why }) => <li><span class={pass ? "good" : "bad"}>{pass ? "✓" : "✗"}</span> <code>{type}</code> <Text text={why} /></li>)}</ul> : reason && <p class="under"><Text text={reason} /></p>}
    </>
  );
}

function Comments({ of, caseId, name }: { of: CaseOfRun; caseId: string; name: string }) {
  const [text, setText] = useState("");
  const send = (event: Event) => {
    event.preventDefault();
    if (text.trim() === "") return;
    void ask({ kind: "comment", run: of.key, caseId, text: text.trim() }).then(() => setText(""));
  };
  return (
    <>
      {of.comments.map((comment) => (
        <p class="comment">
          <Text text={comment.text} /> <span class="quiet">{comment.by.replace(/ <.*>$/, "")}, {new Date(comment.at).toLocaleString(undefined, { dateStyle: "short", timeStyle: "short" })}</span>{" "}
          <button class="link" aria-label="Remove this comment" onClick={() => void ask({ kind: "uncomment", run: of.key, comment: comment.id })}>✕</button>
        </p>
      ))}
      <form onSubmit={send}><input type="text" value={text} maxLength={4000} placeholder="Comment" aria-label={`Comment on ${name}`} onInput={({ currentTarget }) => setText(currentTarget.value)} /></form>
    </>
  );
}
