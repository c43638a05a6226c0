import type { StartCheck } from "./check.ts";
import type { DataReport } from "./report.ts";

/** With more different answers than this, answers are texts of their own. */
const MOST_LABELS = 200;
/** And with fewer rows an answer on average. */
const ROWS_A_LABEL = 3;

/** Counts answers, as far as they are a choice among few. */
export class LabelCounts {
  private readonly counts = new Map<string, number>();
  private rows = 0;
  private isChoice = true;

  add(output: string): void {
    this.rows++;
    if (!this.isChoice) return;
    const label = output.trim();
    this.counts.set(label, (this.counts.get(label) ?? 0) + 1);
    if (this.counts.size > MOST_LABELS) this.isChoice = false;
  }

  list(): DataReport["labels"] {
    if (!this.isChoice || this.counts.size === 0 || this.rows < this.counts.size * ROWS_A_LABEL) return undefined;
    return [...this.counts].map(([label, count]) => ({ label, count })).sort((a, b) => b.count - a.count || (a.label < b.label ? -1 : 1));
  }
}

/** Answers that are rare among the rows: what is seldom shown is seldom learnt. */
export function labelBalance(counts: LabelCounts): StartCheck {
  return ({ findings, config }) => ({
    end() {
      const labels = counts.list() ?? [];
      const total = labels.reduce((sum, { count }) => sum + count, 0);
      if (labels.length === 1) findings.add({ severity: "warning", code: "label-balance", message: `Every row has the answer ${JSON.stringify(labels[0]!.label)}: there is nothing to tell apart.` });
      for (const { label, count } of labels) {
        const share = count / total;
        if (share < config.minShare) findings.add({ severity: "warning", code: "label-balance", message: `${JSON.stringify(label)} is the answer of ${count} of ${total} rows (${(share * 100).toFixed(1)} %), and ${JSON.stringify(labels[0]!.label)} of ${labels[0]!.count}. Add rows of it.` });
      }
    },
  });
}
