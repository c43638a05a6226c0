/** What to try first, and where, for the person who started the editor. */
export function startNote(folder: string, copied: boolean): string {
  const where = `Workspace: ${folder}${copied ? "\n  a copy of samples/support in a git repository of its own, removed at the end" : ""}`;
  const what = "Try: open prompts/triage.txt, delete the examples of one category, save. The changed line shows the verdict.";
  return `${where}\n${copied ? `${what}\n` : ""}`;
}
