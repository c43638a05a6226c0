import { type Location, type Problem, ProblemError, START } from "../../problem.ts";

/** What an import came to: nothing is written here. */
export interface Imported {
  /** Name in the output folder → text. */
  readonly files: ReadonlyMap<string, string>;
  /** What did not carry over, each at its place. */
  readonly problems: readonly Problem[];
}

/** What is to be imported cannot be read at all. */
export function unreadable(file: string, message: string, at: Location = { file, range: START }): ProblemError {
  return new ProblemError({ severity: "error", code: "import", message, location: at });
}

/** What is there and has no counterpart here. */
export function leftOut(location: Location, message: string): Problem {
  return { severity: "warning", code: "not-carried-over", message, location };
}
