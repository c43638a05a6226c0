import { ProgressLocation, window } from "vscode";
import type { RequestKind, RolloutAnswer, RolloutPlanView, RolloutView } from "../../protocol/rollouts.ts";
import type { Rollouts } from "../rollouts.ts";
import type { RolloutNode } from "../views/rolloutsTree.ts";
import type { Deps, Handlers } from "./deps.ts";

export interface RolloutDeps extends Deps {
  readonly rollouts: Rollouts;
}

interface Chosen {
  readonly folder: string;
  readonly rollout: RolloutView;
}

export function rolloutCommands({ rollouts, documents, engine, people }: RolloutDeps): Handlers {
  const say = (answer: RolloutAnswer) => "message" in answer && void window.showWarningMessage(answer.message);
  const ask = async ({ folder, rollout }: Chosen, request: RequestKind) => say(await rollouts.ask<RolloutAnswer>(folder, { kind: "ask", id: rollout.id, request }));
  const onOpen = (request: RequestKind, title: string, confirm?: (rollout: RolloutView) => { readonly question: string; readonly detail: string; readonly yes: string }) => async (argument: unknown) => {
    await engine.ready();
    const chosen = await chooseOpen(rollouts, argument, title);
    if (!chosen) return;
    const asked = confirm?.(chosen.rollout);
    if (asked && (await window.showWarningMessage(asked.question, { modal: true, detail: asked.detail }, asked.yes)) !== asked.yes) return;
    return ask(chosen, request);
  };

  return {
    "llmops.startRollout": async (argument) => {
      await engine.ready();
      const name = await chooseDefined(rollouts, argument);
      const version = name && (await chooseVersion(name.name, name.versions));
      if (!name || version === undefined) return;
      // A person who starts it agrees to the addresses that it needs.
      const start = { name: name.name, version };
      const plan = await window.withProgress({ location: ProgressLocation.Notification, title: `Preflight of ${name.name}: ${version}` }, () => people.run(undefined, () => rollouts.ask<RolloutPlanView>(name.folder, { kind: "plan", ...start })));
      if (plan.problems.length > 0) return void window.showErrorMessage(`${name.name} cannot begin.`, { modal: true, detail: plan.problems.join("\n\n") });
      const yes = "Start";
      const detail = [plan.steps, plan.expectation, ...plan.notes].filter((line) => line !== undefined).join("\n\n");
      if ((await window.showInformationMessage(`Roll out ${name.name}: ${version}?`, { modal: true, detail }, yes)) !== yes) return;
      return say(await people.run(undefined, () => rollouts.ask<RolloutAnswer>(name.folder, { kind: "start", ...start })));
    },
    "llmops.pauseRollout": onOpen("pause", "Pause Rollout"),
    "llmops.resumeRollout": onOpen("resume", "Resume Rollout"),
    "llmops.promoteRollout": onOpen("promote", "Promote Rollout", (rollout) => ({
      question: `Give ${labelOf(rollout)} all traffic now?`,
      detail: `It is at ${weightOf(rollout)}, and not decided: ${rollout.last?.text ?? "nothing was measured yet"}. Its weight becomes 100 %, and the rollout ends.`,
      yes: "Promote",
    })),
    "llmops.abortRollout": onOpen("abort", "Abort Rollout", (rollout) => ({ question: `Roll ${labelOf(rollout)} back?`, detail: `Its weight goes from ${weightOf(rollout)} to 0 %, and the rollout ends.`, yes: "Roll Back" })),
    "llmops.showRollout": async (argument) => {
      await engine.ready();
      const chosen = ofRow(argument) ?? (await chooseAny(rollouts));
      if (!chosen) return;
      const text = await rollouts.ask<string>(chosen.folder, { kind: "evidence", id: chosen.rollout.id });
      return documents.show(`rollout-${chosen.rollout.name}-${chosen.rollout.id.slice(0, 8)}.md`, text, "markdown");
    },
  };
}

function labelOf({ name, version }: RolloutView): string {
  return version === undefined ? name : `${name}: ${version}`;
}

function weightOf({ applied }: RolloutView): string {
  return applied === undefined ? "an unknown weight" : `${applied} %`;
}

function ofRow(argument: unknown): Chosen | undefined {
  const node = argument as RolloutNode | undefined;
  return node?.kind === "rollout" && node.rollout ? { folder: node.folder, rollout: node.rollout } : undefined;
}

async function chooseOpen(rollouts: Rollouts, argument: unknown, title: string): Promise<Chosen | undefined> {
  const open = rollouts.open();
  const row = ofRow(argument);
  if (row ?? open.length === 1) return row ?? open[0];
  if (open.length === 0) return void window.showInformationMessage("No rollout is open.");
  return (await window.showQuickPick(open.map((found) => ({ label: labelOf(found.rollout), description: weightOf(found.rollout), found })), { title }))?.found;
}

async function chooseAny(rollouts: Rollouts): Promise<Chosen | undefined> {
  const all = rollouts.all().flatMap(({ folder, overview }) => overview.rollouts.map((rollout) => ({ folder, rollout })));
  if (all.length < 2) return all[0] ?? void window.showInformationMessage("There was no rollout yet.");
  return (await window.showQuickPick(all.map((found) => ({ label: labelOf(found.rollout), description: found.rollout.state, found })), { title: "Show Rollout" }))?.found;
}

async function chooseDefined(rollouts: Rollouts, argument: unknown): Promise<{ folder: string; name: string; versions: readonly string[] | undefined } | undefined> {
  const all = rollouts.all().flatMap(({ folder, overview }) => overview.defined.map((found) => ({ folder, ...found })));
  const node = argument as RolloutNode | undefined;
  const given = node?.kind === "rollout" ? all.find(({ folder, name }) => folder === node.folder && name === node.name) : undefined;
  if (given ?? all.length === 1) return given ?? all[0];
  if (all.length === 0) return void window.showInformationMessage("llmops.yaml has no rollouts. They are written under rollouts: a name, a target, and what the new version must keep.");
  return (await window.showQuickPick(all.map((found) => ({ label: found.name, found })), { title: "Start Canary Rollout" }))?.found;
}

function chooseVersion(name: string, versions: readonly string[] | undefined): Thenable<string | undefined> {
  if (versions) return window.showQuickPick(versions, { title: `Start Canary Rollout: ${name}`, placeHolder: "Which version?" });
  return window.showInputBox({ title: `Start Canary Rollout: ${name}`, prompt: "What is rolled out, as you call it. It must be deployed already, with no traffic.", placeHolder: "v13", validateInput: (text) => (text.trim() === "" ? "Give it a name: the record says what was rolled out." : undefined) });
}
