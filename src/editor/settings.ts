import { workspace } from "vscode";
import type { Settings } from "../protocol/messages.ts";
import { LEVELS, type LogLevel } from "./engine/engineClient.ts";

/** What the engine needs to know of the settings. */
export function engineSettings(): Settings {
  const settings = workspace.getConfiguration("llmops");
  return {
    runOnSave: settings.get("runOnSave", true),
    diagnostics: settings.get("annotations.diagnostics", true),
    codeLens: settings.get("annotations.codeLens", true),
    tokenHints: settings.get("annotations.tokens", false),
  };
}

export function showsStatusBar(): boolean {
  return workspace.getConfiguration("llmops").get("annotations.statusBar", true);
}

export function logLevel(): LogLevel {
  const level = workspace.getConfiguration("llmops").get<string>("log.level");
  return LEVELS.find((candidate) => candidate === level) ?? "info";
}
