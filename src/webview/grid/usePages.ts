import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { ExperimentsAction } from "../../protocol/experiments.ts";
import { ask, listen } from "../channel.ts";

/** Rows that are asked for at once. */
const PAGE = 60;

/** What every answer about a range says besides its rows. */
interface Range<Row> {
  readonly total: number;
  readonly from: number;
  readonly rows: readonly Row[];
  readonly searching?: boolean;
}

export interface Pages<Answer, Row> {
  /** The last answer. */
  readonly answer: Answer | undefined;
  readonly problem: string | undefined;
  readonly rowAt: (index: number) => Row | undefined;
  readonly want: (from: number, to: number) => void;
}

/** Rows of a table that the engine has, by pages, as they come into view. @param question without its range. */
export function usePages<Answer extends Range<Row>, Row>(question: string, actionOf: (from: number, count: number) => ExperimentsAction): Pages<Answer, Row> {
  const [answer, setAnswer] = useState<Answer>();
  const [problem, setProblem] = useState<string>();
  const pages = useRef(new Map<number, readonly Row[]>());
  const asked = useRef(new Set<number>());
  const view = useRef<readonly [number, number]>([0, PAGE]);
  /** Answers to an earlier question, or from before a change, are not shown. */
  const round = useRef(0);
  const current = useRef(actionOf);
  current.current = actionOf;

  const load = useCallback((page: number) => {
    if (asked.current.has(page)) return;
    asked.current.add(page);
    const mine = round.current;
    ask<Answer>(current.current(page * PAGE, PAGE)).then(
      (found) => {
        if (mine !== round.current) return;
        // The pages of the question before are shown until there is one of the new.
        if (asked.current.size === 1) pages.current = new Map([[page, found.rows]]);
        else pages.current.set(page, found.rows);
        setAnswer(found);
        setProblem(undefined);
        if (found.searching) {
          asked.current.delete(page);
          load(page);
        }
      },
      (error: Error) => {
        if (mine !== round.current) return;
        asked.current.delete(page);
        setProblem(error.message);
      },
    );
  }, []);
  const loadView = useCallback(() => {
    const [from, to] = view.current;
    for (let page = Math.floor(from / PAGE); page * PAGE < Math.max(to, 1); page++) load(page);
  }, []);
  const restart = useCallback(() => {
    round.current++;
    asked.current = new Set();
    loadView();
  }, []);
  useEffect(restart, [question]);
  useEffect(() => listen((message) => message.kind === "changed" && restart()), []);

  const want = useCallback((from: number, to: number) => {
    view.current = [from, to];
    loadView();
  }, []);
  const rowAt = useCallback((index: number) => pages.current.get(Math.floor(index / PAGE))?.[index % PAGE], []);
  return { answer, problem, rowAt, want };
}
