import { FileType, Uri, window, workspace } from "vscode";
import { chooseFolder } from "./folders.ts";

/** A first suite: small, offline, and honest about an edit. Paths are relative to the folder. */
const FILES: Readonly<Record<string, string>> = {
  "prompts/triage.txt": `You sort the messages that customers write to a shop.
Answer with one word: billing, refund or delivery.

Examples:

"My credit card was charged twice for one order." -> billing
"Please send us an invoice with VAT for our accounting." -> billing

"How do I return a pair of jeans that does not fit?" -> refund
"The vase was broken, I want my money back." -> refund

"My parcel was shipped a week ago and has not arrived." -> delivery
"The courier left the package with a neighbour." -> delivery

Message: {{message}}
`,
  "evals/triage/promptfooconfig.yaml": `# A suite in promptfoo's own format: prompts, cases, and what to expect of each answer.
description: Messages land in the right queue
prompts:
  - file://../../prompts/triage.txt
providers:
  - openai:gpt-4.1-mini # llmops.yaml replaces it by the built-in model
tests:
  - vars: { message: "Why was my card charged again for the same order?" }
    assert: [{ type: icontains, value: billing }]
  - vars: { message: "The invoice shows the wrong VAT, please send a new one." }
    assert: [{ type: icontains, value: billing }]
  - vars: { message: "The jeans are too small, how do I return them?" }
    assert: [{ type: icontains, value: refund }]
  - vars: { message: "It arrived broken and I want my money back." }
    assert: [{ type: icontains, value: refund }]
  - vars: { message: "My parcel has not arrived yet, when was it shipped?" }
    assert: [{ type: icontains, value: delivery }]
  - vars: { message: "The courier says a neighbour has my package." }
    assert: [{ type: icontains, value: delivery }]
`,
  "llmops.yaml": `version: 1
endpoints:
  dev: { kind: sandbox, model: sandbox-small } # offline and free; LLMOps: Add Endpoint… adds your own
suites:
  - path: evals/*/promptfooconfig.yaml
    endpoint: dev
`,
};

/** Writes a small suite into the folder, after asking. Files that are there stay as they are. */
export async function createSuite(): Promise<void> {
  const folder = await chooseFolder();
  if (!folder) return;
  const names = Object.keys(FILES);
  const present = await Promise.all(names.map((name) => isFile(Uri.joinPath(folder.uri, name))));
  const missing = names.filter((_name, index) => !present[index]);
  if (missing.length === 0) return void window.showInformationMessage("The suite is there already: evals/triage/promptfooconfig.yaml.");
  const create = "Create";
  const detail = `These files are written:\n${missing.join("\n")}\n\nThe suite runs offline on a small built-in model. Change the prompt, save, and see what happens.`;
  if ((await window.showInformationMessage(`Create a suite in ${folder.name}?`, { modal: true, detail }, create)) !== create) return;
  for (const name of missing) await workspace.fs.writeFile(Uri.joinPath(folder.uri, name), new TextEncoder().encode(FILES[name]));
  await window.showTextDocument(Uri.joinPath(folder.uri, "prompts/triage.txt"));
}

async function isFile(uri: Uri): Promise<boolean> {
  try {
    return ((await workspace.fs.stat(uri)).type & FileType.File) !== 0;
  } catch {
    return false;
  }
}
