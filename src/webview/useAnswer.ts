import { useEffect, useState } from "preact/hooks";
import type { ExperimentsAction } from "../protocol/experiments.ts";
import { ask, listen } from "./channel.ts";

export interface Answered<T> {
  /** The last answer; while a new one is awaited, the one before. */
  readonly value: T | undefined;
  readonly problem: string | undefined;
}

/** The engine's answer, asked again when the question is another or the store has something new. */
export function useAnswer<T>(action: ExperimentsAction): Answered<T> {
  const [answered, setAnswered] = useState<Answered<T>>({ value: undefined, problem: undefined });
  const [round, setRound] = useState(0);
  useEffect(() => listen((message) => message.kind === "changed" && setRound((count) => count + 1)), []);
  useEffect(() => {
    let current = true;
    ask<T>(action).then(
      (value) => current && setAnswered({ value, problem: undefined }),
      (error: Error) => current && setAnswered((before) => ({ ...before, problem: error.message })),
    );
    return () => void (current = false);
  }, [JSON.stringify(action), round]);
  return answered;
}
