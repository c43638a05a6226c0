import { basename, join } from "node:path";
import { root } from "./paths.ts";

/** Where the editor is opened, and what to try first on the sample, for the person who started it. */
export function startNote(folder: string): string {
  if (folder !== join(root, "samples", "support")) return `Workspace: ${folder}\n`;
  return `Workspace: ${folder}
Try:   open prompts/triage.txt, delete the five examples of one category, save: the changed line shows the verdict.
       In the editor's terminal, "npx llmops eval" says the same.
Undo:  git restore samples/${basename(folder)}
`;
}
