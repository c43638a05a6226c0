import { commands, type QuickInputButton, type QuickPickItem, Range, ThemeColor, ThemeIcon, Uri, window } from "vscode";
import type { BrokenCase } from "../../protocol/messages.ts";

const DETAILS: QuickInputButton = { iconPath: new ThemeIcon("json"), tooltip: "Show request and response" };

interface Item extends QuickPickItem {
  readonly broken: BrokenCase;
}

/** A list of cases; moving through it shows each in its file. */
export function showBroken(suite: string, cases: readonly BrokenCase[]): void {
  const list = window.createQuickPick<Item>();
  list.title = `${suite}: ${cases.length} broken ${cases.length === 1 ? "case" : "cases"}`;
  list.placeholder = "Filter by message or outcome";
  list.matchOnDetail = true;
  list.items = cases.map((broken) => ({
    label: `#${broken.number} ${broken.title}`,
    detail: [broken.before && broken.before !== broken.after ? `${broken.before} → ${broken.after}` : broken.after, broken.reason].filter(Boolean).join(" · "),
    iconPath: new ThemeIcon("error", new ThemeColor("testing.iconFailed")),
    buttons: [DETAILS],
    broken,
  }));
  list.onDidChangeActive(([item]) => item && void show(item.broken, true));
  list.onDidAccept(() => {
    const [item] = list.selectedItems;
    list.hide();
    if (item) void show(item.broken, false);
  });
  list.onDidTriggerItemButton(({ item }) => {
    list.hide();
    void commands.executeCommand("llmops.showCaseDetails", item.broken.suite, item.broken.caseId);
  });
  list.onDidHide(() => list.dispose());
  list.show();
}

async function show({ uri, range: { start, end } }: BrokenCase, preserveFocus: boolean): Promise<void> {
  await window.showTextDocument(Uri.parse(uri), { preview: true, preserveFocus, selection: new Range(start.line, start.character, end.line, end.character) });
}
