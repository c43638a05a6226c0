import type { MetricCellView } from "../../protocol/experiments.ts";

/** The class of a change: its colour never stands alone, a sign and a word say the same. */
export function toneOf(verdict: MetricCellView["verdict"]): "good" | "bad" | "" {
  return verdict === "better" ? "good" : verdict === "worse" ? "bad" : "";
}

/** ▲▼ where the change is proven, whichever way is better; nothing is claimed without. */
export function signOf(verdict: MetricCellView["verdict"], delta: string): string {
  if (verdict !== "better" && verdict !== "worse") return "";
  return delta.startsWith("−") ? "▼" : "▲";
}
