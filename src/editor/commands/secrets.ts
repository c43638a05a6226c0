import { ThemeIcon, window, workspace } from "vscode";
import { Notifications } from "../../protocol/messages.ts";
import { secretNames } from "../endpoints/configEdit.ts";
import type { Deps, Handlers } from "./deps.ts";

export const SECRET_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function secretCommands(deps: Deps): Handlers {
  const { vault, approvals, engine } = deps;
  return {
    "llmops.setSecret": async (argument) => {
      const name = typeof argument === "string" ? argument : await chooseName(await vault.names());
      if (name === undefined) return;
      const value = await askSecretValue(name);
      if (value === undefined) return;
      await vault.set(name, value);
      await approvals.forgetSecret(name);
      // It may have asked before and been told that there is none.
      engine.notify(Notifications.approvals, approvals.get());
      void window.showInformationMessage(`The secret ${name} is set. Configurations refer to it as \${secret:${name}}.`);
    },
    "llmops.removeSecret": async () => {
      const names = await vault.names();
      if (names.length === 0) return void window.showInformationMessage("No secret is set.");
      const name = await window.showQuickPick(names, { title: "Remove Secret", placeHolder: "Which one?" });
      if (name === undefined) return;
      await vault.remove(name);
      await approvals.forgetSecret(name);
      engine.notify(Notifications.approvals, approvals.get());
      void window.showInformationMessage(`The secret ${name} is removed.`);
    },
  };
}

/** @returns `undefined` when a person thinks better of it. */
export async function askSecretValue(name: string): Promise<string | undefined> {
  const value = await window.showInputBox({ title: `Set Secret ${name}`, prompt: "Its value. It is kept in the editor's encrypted storage, never in a file.", password: true, ignoreFocusOut: true });
  return value?.trim() || undefined;
}

/** A name that llmops.yaml refers to, one that is set, or a new one. */
async function chooseName(set: readonly string[]): Promise<string | undefined> {
  const wanted = await wantedNames();
  const other = { label: "Another name…", iconPath: new ThemeIcon("add") };
  const items = [...new Set([...wanted, ...set])].map((label) => ({
    label,
    iconPath: new ThemeIcon("key"),
    description: [...(set.includes(label) ? ["set"] : ["not set"]), ...(wanted.includes(label) ? ["llmops.yaml refers to it"] : [])].join(", "),
  }));
  const chosen = items.length > 0 ? await window.showQuickPick([...items, other], { title: "Set Secret", placeHolder: "Which one?" }) : other;
  if (chosen !== other) return chosen?.label;
  return window.showInputBox({ title: "Set Secret", prompt: "Its name, as in ${secret:NAME}", placeHolder: "PROD_KEY", validateInput: (value) => (SECRET_NAME.test(value) ? undefined : "Letters, digits and _; not a digit first") });
}

async function wantedNames(): Promise<string[]> {
  const files = await workspace.findFiles("**/llmops.yaml", "**/node_modules/**", 20);
  const documents = await Promise.all(files.map((file) => workspace.openTextDocument(file)));
  return [...new Set(documents.flatMap((document) => secretNames(document.getText())))];
}
