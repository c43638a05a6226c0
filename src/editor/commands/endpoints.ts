import { commands, type QuickPickItem, QuickPickItemKind, Range, ThemeIcon, Uri, window, workspace, WorkspaceEdit } from "vscode";
import { type EndpointTest, Requests } from "../../protocol/messages.ts";
import { ConfigUnreadable, endpointNames, freeName, type NewEndpoint, withEndpoint } from "../endpoints/configEdit.ts";
import { discover, type LocalServer } from "../endpoints/discover.ts";
import { chooseFolder } from "../folders.ts";
import type { Deps, Handlers } from "./deps.ts";
import { withProgress } from "./deps.ts";
import { askSecretValue, SECRET_NAME } from "./secrets.ts";

export function endpointCommands(deps: Deps): Handlers {
  return {
    "llmops.addEndpoint": () => addEndpoint(deps),
    "llmops.testEndpoint": async (name) => {
      const params = typeof name === "string" ? { name } : {};
      const tests = await withProgress("Asking the endpoints of llmops.yaml", () => deps.people.run(undefined, () => deps.engine.request<EndpointTest[]>(Requests.testEndpoint, params)));
      if (tests.length === 0) return askForOne();
      const [only] = tests;
      if (tests.length > 1) return showTests(tests);
      const show = only?.ok ? window.showInformationMessage : window.showWarningMessage;
      void show(`${only?.name}: ${only?.message}`);
    },
  };
}

async function askForOne(): Promise<void> {
  const add = "Add Endpoint…";
  if (await window.showInformationMessage("llmops.yaml names no endpoint.", add)) await commands.executeCommand("llmops.addEndpoint");
}

async function showTests(tests: readonly EndpointTest[]): Promise<void> {
  const items = tests.map(({ name, ok, message }) => ({ label: name, detail: message, iconPath: new ThemeIcon(ok ? "pass" : "error") }));
  await window.showQuickPick(items, { title: "Test Endpoint", placeHolder: `${tests.filter(({ ok }) => ok).length} of ${tests.length} answered` });
}

interface KindItem extends QuickPickItem {
  ask?(taken: readonly string[]): Promise<{ name: string; endpoint: NewEndpoint } | undefined>;
}

async function addEndpoint(deps: Deps): Promise<void> {
  const folder = await chooseFolder();
  if (!folder) return;
  const file = Uri.joinPath(folder.uri, "llmops.yaml");
  const text = await readText(file);
  const taken = endpointNames(text);
  const kind = await window.showQuickPick<KindItem>(kinds(deps), { title: "Add Endpoint", placeHolder: "Where does the model run?", matchOnDescription: true });
  const chosen = await kind?.ask?.(taken);
  if (!chosen) return;
  const name = await window.showInputBox({
    title: "Add Endpoint",
    prompt: "Name of the endpoint in llmops.yaml; suites refer to it",
    value: freeName(chosen.name, taken),
    validateInput: (value) => (!/^[\p{L}\p{N}][\p{L}\p{N}_.-]*$/u.test(value) ? "Letters, digits, and . _ - within" : taken.includes(value) ? `${value} is there already` : undefined),
  });
  if (!name) return;
  try {
    await replaceText(file, withEndpoint(text, name, chosen.endpoint));
  } catch (error) {
    if (!(error instanceof ConfigUnreadable)) throw error;
    return void window.showErrorMessage(error.message);
  }
  const test = "Test Endpoint";
  const choice = await window.showInformationMessage(`The endpoint ${name} is in llmops.yaml. A suite uses it with "endpoint: ${name}".`, test);
  if (choice) await commands.executeCommand("llmops.testEndpoint", name);
}

/** Servers on this machine are looked for while the list is made: nothing is called before a person asks. */
async function kinds({ vault }: Deps): Promise<KindItem[]> {
  const servers = await discover();
  const local = servers.map((server): KindItem => ({
    label: server.name,
    description: server.baseUrl,
    detail: server.models.length > 0 ? server.models.slice(0, 5).join(", ") : "no model is loaded",
    iconPath: new ThemeIcon("device-desktop"),
    ask: () => askLocal(server),
  }));
  return [
    { label: "On this machine", kind: QuickPickItemKind.Separator },
    ...local,
    { label: "Sandbox", description: "built in, offline, free", detail: "A small model that learns from the examples in the prompt", iconPath: new ThemeIcon("beaker"), ask: () => Promise.resolve({ name: "dev", endpoint: { kind: "sandbox", model: "sandbox-small" } }) },
    { label: "Elsewhere", kind: QuickPickItemKind.Separator },
    { label: "OpenAI", description: "https://api.openai.com/v1", iconPath: new ThemeIcon("cloud"), ask: () => askRemote("https://api.openai.com/v1", "openai", "OPENAI_API_KEY", vault) },
    { label: "Another server…", description: "that speaks OpenAI's protocol", iconPath: new ThemeIcon("server"), ask: () => askOther(vault) },
  ];
}

async function askLocal({ baseUrl, key, models }: LocalServer): Promise<{ name: string; endpoint: NewEndpoint } | undefined> {
  const model = models.length > 0 ? await window.showQuickPick(models, { title: "Add Endpoint", placeHolder: "Which model?" }) : await askModel();
  return model ? { name: key, endpoint: { kind: "openai", baseUrl, model } } : undefined;
}

async function askOther(vault: Deps["vault"]): Promise<{ name: string; endpoint: NewEndpoint } | undefined> {
  const baseUrl = await window.showInputBox({
    title: "Add Endpoint",
    prompt: "Address up to and with the version",
    placeHolder: "https://llm.example/v1",
    validateInput: (value) => (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol) ? undefined : "An address such as https://llm.example/v1"),
  });
  return baseUrl ? askRemote(baseUrl.replace(/\/$/, ""), "prod", "LLM_KEY", vault) : undefined;
}

async function askRemote(baseUrl: string, name: string, key: string, vault: Deps["vault"]): Promise<{ name: string; endpoint: NewEndpoint } | undefined> {
  const model = await askModel();
  if (!model) return undefined;
  const secret = await window.showInputBox({
    title: "Add Endpoint",
    prompt: "Name of the secret with its key, in capitals; empty if it needs none. llmops.yaml holds the name only.",
    value: key,
    validateInput: (value) => (value === "" || SECRET_NAME.test(value) ? undefined : "Letters, digits and _"),
  });
  if (secret === undefined) return undefined;
  if (secret !== "" && (await vault.get(secret)) === undefined && process.env[secret] === undefined) {
    const value = await askSecretValue(secret);
    if (value !== undefined) await vault.set(secret, value);
  }
  return { name, endpoint: { kind: "openai", baseUrl, model, ...(secret === "" ? {} : { apiKey: `\${secret:${secret}}` }) } };
}

function askModel(): Thenable<string | undefined> {
  return window.showInputBox({ title: "Add Endpoint", prompt: "Name of the model, as the server knows it" });
}

async function readText(file: Uri): Promise<string | undefined> {
  try {
    await workspace.fs.stat(file);
  } catch {
    return undefined;
  }
  return (await workspace.openTextDocument(file)).getText();
}

/** Through an editor, so that Undo works and unsaved edits are kept. */
async function replaceText(file: Uri, text: string): Promise<void> {
  const edit = new WorkspaceEdit();
  edit.createFile(file, { ignoreIfExists: true });
  edit.replace(file, new Range(0, 0, 1_000_000, 0), text);
  await workspace.applyEdit(edit);
  const document = await workspace.openTextDocument(file);
  await document.save();
  await window.showTextDocument(document);
}
