import { commands, type Disposable, StatusBarAlignment, window } from "vscode";
import type { RolloutView } from "../../protocol/rollouts.ts";
import type { Rollouts } from "../rollouts.ts";
import { standing } from "./rolloutsTree.ts";

/** A rollout that is under way, in the status bar of every window; and that one was rolled back, or waits for a person, said once. */
export function rolloutStatus(rollouts: Rollouts): Disposable {
  const item = window.createStatusBarItem("llmops.rollout", StatusBarAlignment.Left, 49);
  item.name = "LLMOps Rollout";
  item.command = "llmops.rollouts.focus";
  /** By id: what was last seen. What has ended before this window opened is old. */
  const seen = new Map<string, RolloutView["state"]>();
  const changed = rollouts.onChange(() => {
    const open = rollouts.open().map(({ rollout }) => rollout);
    const [first] = open;
    if (first) {
      item.text = `$(${first.state === "paused" ? "debug-pause" : first.state === "rolling-back" ? "discard" : "rocket"}) canary ${first.applied ?? 0} %${open.length > 1 ? ` +${open.length - 1}` : ""}`;
      item.tooltip = open.map((rollout) => `${rollout.name}: ${standing(rollout)}`).join("\n");
      item.accessibilityInformation = { label: `LLMOps rollout: ${item.tooltip}`, role: "button" };
      item.show();
    } else item.hide();
    for (const { folder, overview } of rollouts.all()) {
      for (const rollout of overview.rollouts) {
        const before = seen.get(rollout.id);
        seen.set(rollout.id, rollout.state);
        if (before !== undefined && before !== rollout.state) void tell(folder, rollout);
      }
    }
  });
  return { dispose: () => [item, changed].forEach((one) => one.dispose()) };
}

async function tell(folder: string, rollout: RolloutView): Promise<void> {
  const { name, version, state, reason } = rollout;
  const show = "Show Evidence";
  const label = version === undefined ? name : `${name}: ${version}`;
  if (state === "rolled-back" && (await window.showWarningMessage(`${label} was rolled back. ${reason ?? ""} Weight 0 % set and read back.`, show)) === show) await commands.executeCommand("llmops.showRollout", { kind: "rollout", folder, name, rollout });
  if (state === "paused" && reason !== undefined && !reason.startsWith("Paused by") && (await window.showWarningMessage(`${label} waits for you. ${reason}`, show)) === show) await commands.executeCommand("llmops.showRollout", { kind: "rollout", folder, name, rollout });
}
