import type { TrackedRun } from "./runs.ts";
import type { Store } from "../store.ts";

/** What a person said of a case in a run, or of the run as a whole. */
export interface RunComment {
  readonly id: number;
  readonly caseId: string | undefined;
  readonly text: string;
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Inside a transaction. */
export function addComment(store: Store, run: Pick<TrackedRun, "id" | "key">, comment: Omit<RunComment, "id">): void {
  store.run("INSERT INTO run_comment (run, case_id, body, written_by, at) VALUES (?, ?, ?, ?, ?)", run.id, comment.caseId ?? null, comment.text, comment.by, comment.at);
  store.emit("experiment-changed", run.key, comment.at);
}

/** Oldest first. `caseId` `undefined`: of the run as a whole. */
export function commentsOf(store: Store, run: number, caseId: string | undefined): RunComment[] {
  const rows = store.all<{ id: number; caseId: string | null; text: string; by: string; at: number }>(
    "SELECT id, case_id AS caseId, body AS text, written_by AS by, at FROM run_comment WHERE run = ? AND case_id IS ? ORDER BY at, id",
    run,
    caseId ?? null,
  );
  return rows.map((row) => ({ ...row, caseId: row.caseId ?? undefined }));
}

/** Inside a transaction. */
export function removeComment(store: Store, run: Pick<TrackedRun, "id" | "key">, comment: number, at: number): void {
  if (store.run("DELETE FROM run_comment WHERE id = ? AND run = ?", comment, run.id).changes > 0) store.emit("experiment-changed", run.key, at);
}
