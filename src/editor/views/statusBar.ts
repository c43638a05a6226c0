import { type Disposable, MarkdownString, StatusBarAlignment, type StatusBarItem, ThemeColor, window, workspace } from "vscode";
import type { EngineState } from "../engine/engine.ts";
import { showsStatusBar } from "../settings.ts";
import type { Suites } from "../suites.ts";
import { statusItem, statusTooltip } from "./wording.ts";

const NOTICE_MS = 8000;

/** The one item in the status bar: the worst verdict, or what keeps the engine from judging. */
export class StatusBar implements Disposable {
  private readonly item: StatusBarItem;
  private readonly suites: Suites;
  private engine: EngineState = { kind: "off" };
  private notice: { text: string; timer: NodeJS.Timeout } | undefined;

  constructor(suites: Suites) {
    this.suites = suites;
    this.item = window.createStatusBarItem("llmops.status", StatusBarAlignment.Left, 50);
    this.item.name = "LLMOps";
    suites.onChange(() => this.draw());
  }

  setEngine(state: EngineState): void {
    this.engine = state;
    this.draw();
  }

  /** Says something for a few seconds, in the place of the verdict. */
  say(text: string): void {
    clearTimeout(this.notice?.timer);
    this.notice = {
      text,
      timer: setTimeout(() => {
        this.notice = undefined;
        this.draw();
      }, NOTICE_MS),
    };
    this.draw();
  }

  draw(): void {
    const { engine, item } = this;
    if (!showsStatusBar() || engine.kind === "off") return item.hide();
    item.backgroundColor = engine.kind === "failed" ? new ThemeColor("statusBarItem.errorBackground") : undefined;
    if (engine.kind === "failed") this.show("$(error) LLMOps: engine stopped", engine.message, "llmops.restartEngine", `${engine.message}\n\nClick to restart it.`);
    else if (this.notice) this.show(`$(refresh) ${this.notice.text}`, this.notice.text, "llmops.showStatus", statusTooltip(this.suites.status));
    else if (!workspace.isTrusted) this.show("$(shield) LLMOps", "the workspace is not trusted, nothing runs", "workbench.trust.manage", "The workspace is not trusted: nothing in it is read or run.\n\nClick to manage trust.");
    else {
      const { text, label } = statusItem(this.suites.status);
      this.show(text, label, "llmops.showStatus", statusTooltip(this.suites.status));
    }
  }

  /** What is shown now; tests read it. */
  get text(): string {
    return this.item.text;
  }

  dispose(): void {
    clearTimeout(this.notice?.timer);
    this.item.dispose();
  }

  private show(text: string, label: string, command: string, tooltip: string): void {
    const { item } = this;
    item.text = text;
    item.command = command;
    item.accessibilityInformation = { label: label.startsWith("LLMOps") ? label : `LLMOps: ${label}`, role: "button" };
    item.tooltip = new MarkdownString(tooltip, true);
    item.show();
  }
}
