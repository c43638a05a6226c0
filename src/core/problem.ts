/** Zero-based, in UTF-16 code units: the language server protocol's own. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** A range in a file; `file` is an absolute path. */
export interface Location {
  readonly file: string;
  readonly range: Range;
}

/** A mistake in what a person wrote, at its place: what happened, and what to do. */
export interface Problem {
  /** `error`: the suite or the configuration cannot run as written. */
  readonly severity: "error" | "warning" | "information";
  /** Kebab-case and stable, e.g. `unknown-assertion`. */
  readonly code: string;
  /** One or two sentences: what is wrong; what to do. */
  readonly message: string;
  readonly location: Location;
}

/** Thrown where one problem makes going on pointless. */
export class ProblemError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.message);
    this.name = "ProblemError";
    this.problem = problem;
  }
}

export const START: Range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

/** `file:line:column: message`, one-based, as compilers print it. */
export function formatProblem(problem: Problem, displayPath: (file: string) => string = (file) => file): string {
  const { file, range } = problem.location;
  return `${displayPath(file)}:${range.start.line + 1}:${range.start.character + 1}: ${problem.message}`;
}
