import { ThemeColor, ThemeIcon, type TreeDataProvider, TreeItem, TreeItemCollapsibleState } from "vscode";
import type { RolloutView } from "../../protocol/rollouts.ts";
import type { Rollouts } from "../rollouts.ts";
import { ago } from "./time.ts";

export type RolloutNode =
  | { readonly kind: "rollout"; readonly folder: string; readonly name: string; readonly rollout: RolloutView | undefined }
  | { readonly kind: "metric"; readonly id: string; readonly metric: Metric; readonly bars: string }
  | { readonly kind: "line"; readonly id: string; readonly text: string; readonly at: number | undefined; readonly icon: string };

type Metric = NonNullable<RolloutView["last"]>["metrics"][number];

const ICONS: Readonly<Record<RolloutView["state"], readonly [icon: string, color: string | undefined]>> = {
  running: ["rocket", undefined],
  paused: ["debug-pause", "editorWarning.foreground"],
  "rolling-back": ["discard", "testing.iconFailed"],
  promoted: ["pass", "testing.iconPassed"],
  "rolled-back": ["error", "testing.iconFailed"],
};
const ACTIONS: Readonly<Record<string, string>> = { start: "play", weight: "arrow-swap", step: "check", rollback: "discard", alert: "warning", changed: "warning", pause: "debug-pause", resume: "debug-continue", promote: "rocket", abort: "discard", end: "circle-filled" };

/** Every rollout of llmops.yaml: how it stands, what was measured, and what was done, newest first. */
export class RolloutsTree implements Pick<TreeDataProvider<RolloutNode>, "getChildren" | "getTreeItem"> {
  private readonly rollouts: Rollouts;

  constructor(rollouts: Rollouts, fire: (node: undefined) => void) {
    this.rollouts = rollouts;
    rollouts.onChange(() => fire(undefined));
  }

  getChildren(node?: RolloutNode): RolloutNode[] {
    if (!node) {
      return this.rollouts.all().flatMap(({ folder, overview: { defined, rollouts } }) => {
        const names = new Set([...defined.map(({ name }) => name), ...rollouts.map(({ name }) => name)]);
        return [...names].map((name): RolloutNode => ({ kind: "rollout", folder, name, rollout: rollouts.find((rollout) => rollout.name === name) }));
      });
    }
    if (node.kind !== "rollout" || !node.rollout) return [];
    const { id, reason, last, actions } = node.rollout;
    return [
      ...(reason === undefined ? [] : [{ kind: "line" as const, id: `${id} reason`, text: reason, at: undefined, icon: "info" }]),
      ...(last?.metrics ?? []).map((metric): RolloutNode => ({ kind: "metric", id: `${id} ${metric.name}`, metric, bars: last!.text })),
      ...actions.toReversed().map((action): RolloutNode => ({ kind: "line", id: `${id} ${action.id}`, text: `${action.by === "controller" ? "" : `${action.by.replace(/ <.*>$/, "")}: `}${action.text}`, at: action.at, icon: ACTIONS[action.kind] ?? "circle-small" })),
    ];
  }

  getTreeItem(node: RolloutNode): TreeItem {
    switch (node.kind) {
      case "rollout":
        return rolloutItem(node);
      case "metric":
        return metricItem(node);
      case "line": {
        const item = new TreeItem(node.text);
        item.id = node.id;
        item.iconPath = new ThemeIcon(node.icon);
        item.description = node.at === undefined ? "" : new Date(node.at).toTimeString().slice(0, 8);
        item.tooltip = node.at === undefined ? node.text : `${new Date(node.at).toLocaleString()}: ${node.text}`;
        return item;
      }
    }
  }
}

function rolloutItem({ folder, name, rollout }: Extract<RolloutNode, { kind: "rollout" }>): TreeItem {
  const item = new TreeItem(rollout?.version === undefined ? name : `${name}: ${rollout.version}`, rollout ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.None);
  item.id = `${folder} ${name} ${rollout?.id ?? ""}`;
  if (!rollout) {
    item.iconPath = new ThemeIcon("circle-outline");
    item.description = "never started";
    item.contextValue = "rollout startable";
    return item;
  }
  const [icon, color] = ICONS[rollout.state];
  item.iconPath = new ThemeIcon(icon, color === undefined ? undefined : new ThemeColor(color));
  item.description = standing(rollout);
  item.tooltip = `${item.label as string}, ${item.description}. ${rollout.reason ?? rollout.last?.text ?? ""}`;
  item.contextValue = `rollout ${rollout.endedAt === undefined ? "open" : "startable"} ${rollout.state}`;
  return item;
}

/** `25 % · step 3 of 5 · healthy`, `rolled back · 2 min ago`. */
export function standing({ state, applied, step, steps, last, endedAt }: RolloutView): string {
  if (endedAt !== undefined) return `${state === "rolled-back" ? "rolled back" : state} · ${ago(Date.now() - endedAt)}`;
  const weight = applied === undefined ? "weight unknown" : `${applied} %`;
  if (state === "rolling-back") return `${weight} · rolling back`;
  return [weight, `step ${step + 1} of ${steps.length}`, state === "paused" ? "paused" : (last?.verdict ?? "starting")].join(" · ");
}

function metricItem({ id, metric }: Extract<RolloutNode, { kind: "metric" }>): TreeItem {
  const { name, canary, stable, breach, verdict, needed } = metric;
  const mean = ({ units, bad }: { units: number; bad: number }) => (units === 0 ? "–" : metric.kind === "rate" ? `${((100 * bad) / units).toFixed(1)} %` : (bad / units).toFixed(3));
  const item = new TreeItem(name);
  item.id = id;
  item.iconPath = new ThemeIcon(verdict === "breach" ? "error" : verdict === "healthy" ? "pass" : "question", new ThemeColor(verdict === "breach" ? "testing.iconFailed" : verdict === "healthy" ? "testing.iconPassed" : "descriptionForeground"));
  item.description = `canary ${mean(canary)} · stable ${mean(stable)} · evidence of a breach ${breach < 10 ? breach.toFixed(1) : breach.toFixed(0)}${needed ? ` · ≈ ${needed.toLocaleString()} more requests` : ""}`;
  item.tooltip = `${name}: canary ${mean(canary)} of ${canary.units.toLocaleString()}, stable ${mean(stable)} of ${stable.units.toLocaleString()}; ${verdict}.`;
  return item;
}
