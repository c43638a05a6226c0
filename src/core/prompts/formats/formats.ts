import { readCopilotPrompt } from "./copilot.ts";
import { readDotprompt } from "./dotprompt.ts";
import type { PromptFile } from "./promptFile.ts";
import { readPrompty } from "./prompty.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Prompt files in formats of their own, by the end of their names. A format is added by a file and a line here. */
const FORMATS: readonly { readonly ends: string; readonly read: (file: string, text: string, env: Env) => PromptFile }[] = [
  { ends: ".prompty", read: readPrompty },
  { ends: ".prompt.md", read: readCopilotPrompt },
  { ends: ".prompt", read: readDotprompt },
];

/** `undefined` for a file that is a prompt as it stands. */
export function readPromptFile(file: string, text: string, env: Env): PromptFile | undefined {
  return FORMATS.find(({ ends }) => file.toLowerCase().endsWith(ends))?.read(file, text, env);
}

export function isPromptFile(file: string): boolean {
  return FORMATS.some(({ ends }) => file.toLowerCase().endsWith(ends));
}
