import { commands, type QuickInputButton, type QuickPickItem, QuickPickItemKind, ThemeColor, ThemeIcon, Uri, window } from "vscode";
import type { SuiteSummary } from "../../protocol/messages.ts";
import type { Suites } from "../suites.ts";
import { nameOf } from "./suitesTree.ts";
import { lookOf, worstFirst } from "./wording.ts";

interface Item extends QuickPickItem {
  readonly suite?: SuiteSummary;
  readonly command?: string;
}

const RUN: QuickInputButton = { iconPath: new ThemeIcon("play"), tooltip: "Run" };
const COMPARE: QuickInputButton = { iconPath: new ThemeIcon("diff"), tooltip: "Compare with baseline" };
const BROKEN: QuickInputButton = { iconPath: new ThemeIcon("list-selection"), tooltip: "Show broken cases" };
const COMMAND_OF = new Map([
  [RUN, "llmops.runSuite"],
  [COMPARE, "llmops.compareWithBaseline"],
  [BROKEN, "llmops.showBrokenCases"],
]);

/** What is behind the status bar's item: the suites, worst first, and what can be done. Choosing a suite shows it. */
export function showStatusList(suites: Suites): void {
  const list = window.createQuickPick<Item>();
  list.title = "LLMOps";
  list.placeholder = "Show a suite, or do something with all of them";
  list.matchOnDescription = true;
  list.matchOnDetail = true;
  list.items = [...worstFirst(suites.all()).map(suiteItem), { label: "Actions", kind: QuickPickItemKind.Separator }, ...actions(suites)];
  const act = (command: string, argument?: string) => {
    list.hide();
    void commands.executeCommand(command, argument);
  };
  list.onDidTriggerItemButton(({ button, item }) => act(COMMAND_OF.get(button) ?? "llmops.runSuite", item.suite?.uri));
  list.onDidAccept(() => {
    const [chosen] = list.selectedItems;
    if (chosen?.command) act(chosen.command);
    else if (chosen?.suite) {
      list.hide();
      void show(chosen.suite);
    }
  });
  list.onDidHide(() => list.dispose());
  list.show();
}

function suiteItem(suite: SuiteSummary): Item {
  const look = lookOf(suite.state);
  const broke = suite.state.kind === "judged" && suite.state.broke > 0;
  return {
    label: nameOf(suite),
    iconPath: new ThemeIcon(look.icon, look.color === undefined ? undefined : new ThemeColor(look.color)),
    description: look.short,
    detail: look.long,
    buttons: [...(broke ? [BROKEN] : []), ...(suite.changed.length > 0 ? [COMPARE] : []), RUN],
    suite,
  };
}

function actions(suites: Suites): Item[] {
  const running = suites.all().some(({ state }) => state.kind === "running");
  const action = (icon: string, label: string, command: string): Item => ({ iconPath: new ThemeIcon(icon), label, command });
  return [
    running ? action("debug-stop", "Cancel runs", "llmops.cancelRuns") : action("run-all", "Run all suites", "llmops.runAll"),
    suites.status?.paused ? action("debug-continue", "Resume runs on save", "llmops.resumeRuns") : action("debug-pause", "Pause runs on save", "llmops.pauseRuns"),
    action("output", "Show output", "llmops.showOutput"),
  ];
}

/** Opens what a person can change about the verdict: the prompt that differs, else the suite. */
async function show({ uri, series, changed, prompts }: SuiteSummary): Promise<void> {
  const worst = series.find(({ verdict }) => verdict === "regression" || verdict === "failed") ?? series.find(({ uri: prompt }) => changed.includes(prompt));
  const target = worst?.uri ?? changed.find((file) => prompts.includes(file)) ?? uri;
  await window.showTextDocument(Uri.parse(target));
}
