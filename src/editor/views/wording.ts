import type { Status, SuiteState, SuiteSummary } from "../../protocol/messages.ts";

/** How a state looks: an icon of the editor's set, one of its colours, and words. */
export interface Look {
  readonly icon: string;
  readonly color?: string;
  /** A few words: `17 broke`. */
  readonly short: string;
  /** A sentence. */
  readonly long: string;
}

const FAILED = "testing.iconFailed";
const PASSED = "testing.iconPassed";
const WARNING = "editorWarning.foreground";

export function lookOf(state: SuiteState): Look {
  switch (state.kind) {
    case "never":
      return { icon: "circle-outline", short: "not run yet", long: "Not run yet: save one of its files, or choose Run." };
    case "invalid":
      return { icon: "warning", color: WARNING, short: count(state.problems, "problem"), long: `${count(state.problems, "problem")} to mend before it can run: see the Problems view.` };
    case "running":
      return { icon: "sync~spin", short: state.total > 0 ? `${state.done}/${state.total}` : "starting", long: state.total > 0 ? `Running: ${state.done} of ${state.total} answers.` : "Starting." };
    case "consent":
      return { icon: "shield", color: WARNING, short: "Run to start", long: `It calls ${state.origins.join(", ")}. Choose Run once, and saves may call it too.` };
    case "budget":
      return { icon: "debug-pause", color: WARNING, short: "over the budget", long: state.message };
    case "problem":
      return { icon: "circle-slash", color: WARNING, short: "not judged", long: state.message };
    case "judged":
      return judged(state);
  }
}

function judged({ verdict, stale, headline, broke }: Extract<SuiteState, { kind: "judged" }>): Look {
  if (stale) return { icon: "history", short: "changed since", long: `Changed since it was judged. ${headline}` };
  switch (verdict) {
    case "error":
      return { icon: "circle-slash", color: WARNING, short: "not judged", long: headline };
    case "regression":
    case "failed":
      return { icon: "error", color: FAILED, short: broke > 0 ? `${broke} broke` : verdict, long: headline };
    case "inconclusive":
      return { icon: "question", color: WARNING, short: "inconclusive", long: headline };
    case "improved":
      return { icon: "arrow-up", color: PASSED, short: "improved", long: headline };
    case "passed":
      return { icon: "pass", color: PASSED, short: "passed", long: headline };
  }
}

/** Worst first; what still runs comes before what is fine. */
const ORDER = ["regression", "failed", "invalid", "error", "problem", "budget", "consent", "running", "inconclusive", "stale", "never", "improved", "passed"];

function rank({ state }: SuiteSummary): number {
  return ORDER.indexOf(state.kind !== "judged" ? state.kind : state.stale ? "stale" : state.verdict);
}

export function worstFirst(suites: readonly SuiteSummary[]): SuiteSummary[] {
  return [...suites].sort((a, b) => rank(a) - rank(b));
}

/** The one item in the status bar. */
export interface StatusItem {
  /** With icons as `$(name)`. */
  readonly text: string;
  /** For a screen reader. */
  readonly label: string;
}

export function statusItem(status: Status | undefined): StatusItem {
  if (!status) return item("sync~spin", "LLMOps", "starting");
  const { suites, paused } = status;
  const running = suites.flatMap(({ state }) => (state.kind === "running" ? [state] : []));
  if (running.length > 0) {
    const done = running.reduce((sum, state) => sum + state.done, 0);
    const total = running.reduce((sum, state) => sum + state.total, 0);
    return total > 0 ? item("sync~spin", `${done}/${total}`, `running, ${done} of ${total} answers`) : item("sync~spin", "LLMOps", "starting a run");
  }
  const broke = suites.reduce((sum, { state }) => sum + (state.kind === "judged" && !state.stale ? state.broke : 0), 0);
  const [worst] = worstFirst(suites);
  if (!worst) return item("circle-outline", "LLMOps", "no suite");
  const { state } = worst;
  const look = lookOf(state);
  if (state.kind === "judged" && !state.stale && (state.verdict === "regression" || state.verdict === "failed")) {
    return item("error", broke > 0 ? `${broke} broke` : state.verdict, broke > 0 ? `${state.verdict}, ${count(broke, "case")} broke` : state.verdict);
  }
  if (state.kind === "judged" && !state.stale && state.verdict === "error") return item("circle-slash", "endpoint", look.long);
  if (state.kind === "invalid" || state.kind === "problem" || state.kind === "budget" || state.kind === "consent") return item(look.icon, look.short, look.long);
  if (paused) return item("debug-pause", "paused", "runs on save are paused");
  if (state.kind === "judged" && !state.stale && state.verdict === "inconclusive") return item("question", "inconclusive", "inconclusive");
  if (state.kind === "judged" && !state.stale) return item("check", "LLMOps", state.verdict);
  return item("circle-outline", "LLMOps", look.short);
}

function item(icon: string, text: string, said: string): StatusItem {
  return { text: `$(${icon}) ${text}`, label: `LLMOps: ${said}` };
}

/** Markdown: each suite with its verdict, worst first. */
export function statusTooltip(status: Status | undefined): string {
  if (!status) return "The engine is starting.";
  if (status.suites.length === 0) return "No suite was found in this workspace.";
  const lines = worstFirst(status.suites).map((suite) => {
    const look = lookOf(suite.state);
    return `$(${look.icon}) **${escapeMarkdown(suite.name)}**  \n${escapeMarkdown(look.long)}`;
  });
  return [...lines, ...(status.paused ? ["$(debug-pause) Runs on save are paused."] : [])].join("\n\n");
}

export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-!|<>$~]/g, "\\$&");
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
