import { FirstSeen } from "../data/columns.ts";
import type { StartCheck } from "./check.ts";

/** Rows that are there twice, but for case and white space. */
export const duplicateRows: StartCheck = ({ findings, rows }) => {
  if (!findings.wants("duplicate-rows")) return undefined;
  const seen = new FirstSeen();
  return {
    row(_row, index, { line }) {
      const first = seen.note(rows.wholes.at(index), index);
      if (first !== index) findings.add({ severity: "warning", code: "duplicate-rows", line, message: `The row is the same as that of line ${rows.lineNumber(first)}. It counts twice.` });
    },
  };
};

/** The same question with different answers: whatever is learnt, one of them is wrong. */
export const contradictoryLabels: StartCheck = ({ findings, rows }) => {
  if (!findings.wants("contradictory-labels")) return undefined;
  const seen = new FirstSeen();
  return {
    row({ shape }, index, { line }) {
      if (shape === "preference") return;
      const first = seen.note(rows.inputs.at(index), index);
      if (first === index || rows.wholes.at(first) === rows.wholes.at(index)) return;
      findings.add({ severity: "error", code: "contradictory-labels", line, message: `The same question is answered otherwise in line ${rows.lineNumber(first)}. Keep the right answer.` });
    },
  };
};
