import { parseDuration } from "../config/units.ts";
import type { PlaybookDocument } from "./document.ts";

/** A fenced block that can run. */
export interface PlaybookStep {
  readonly name: string;
  readonly language: "sh" | "bash" | "zsh";
  readonly code: string;
  /** Whether a person is asked before: unless the block says `"changes": "false"`, it may change anything. */
  readonly asks: boolean;
  /** Runs only when it is named. */
  readonly onlyByName: boolean;
  readonly timeoutMs: number;
}

const LANGUAGES: Readonly<Record<string, PlaybookStep["language"]>> = { sh: "sh", shell: "sh", bash: "bash", zsh: "zsh" };
const TIMEOUT_MS = 10 * 60_000;

/** The steps of a playbook, in order. @throws Error for names that are used twice, and for a timeout that is none. */
export function stepsOf({ cells }: PlaybookDocument): PlaybookStep[] {
  const steps: PlaybookStep[] = [];
  for (const { code } of cells) {
    const language = code && LANGUAGES[code.language];
    if (!code || !language || code.value.trim() === "") continue;
    const { name = `step-${steps.length + 1}`, changes, excludeFromRunAll, timeout } = code.attributes;
    if (steps.some((step) => step.name === name)) throw new Error(`Two steps are named ${JSON.stringify(name)}: rename one of them.`);
    const parsed = timeout === undefined ? { value: TIMEOUT_MS } : parseDuration(timeout);
    if ("error" in parsed) throw new Error(`The timeout of ${name}: ${parsed.error}`);
    steps.push({ name, language, code: code.value, asks: changes !== "false", onlyByName: excludeFromRunAll === "true", timeoutMs: parsed.value });
  }
  return steps;
}
