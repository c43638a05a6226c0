import type { Store } from "../store.ts";

/** Asks for a person's decision on a stage, by the evidence there is. Inside a transaction. */
export function askApproval(store: Store, stage: number, evidence: string): void {
  store.run("INSERT INTO pipeline_approval (stage, evidence, state) VALUES (?, ?, 'pending')", stage, evidence);
}

export interface Decision {
  readonly approved: boolean;
  /** Name and address, as git knows the person. */
  readonly by: string;
  readonly comment: string | undefined;
  /** Hash of the evidence that the person saw. */
  readonly evidence: string;
  readonly at: number;
}

/** Stores a decision. `stale`: the evidence is another by now; `decided`: somebody was faster. */
export function decideApproval(store: Store, run: string, stage: number, decision: Decision): "stored" | "stale" | "decided" {
  return store.write(() => {
    const found = store.get<{ evidence: string; state: string }>("SELECT evidence, state FROM pipeline_approval WHERE stage = ?", stage);
    if (!found || found.state !== "pending") return "decided";
    if (found.evidence !== decision.evidence) return "stale";
    store.run("UPDATE pipeline_approval SET state = ?, decided_by = ?, decided_at = ?, comment = ? WHERE stage = ?", decision.approved ? "approved" : "rejected", decision.by, decision.at, decision.comment ?? null, stage);
    store.emit("pipeline-changed", run, decision.at);
    return "stored";
  });
}
