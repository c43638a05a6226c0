import { Cron } from "croner";
import type { Finding } from "./checks.ts";
import type { LlmopsConfig, StageConfig } from "./schema.ts";
import type { Path } from "./yaml.ts";

/** Kinds of steps and places of stages that later versions bring: written down they are checked, but a run refuses them. */
const LATER_STEPS = ["drift"] as const;

/** What is wrong with `pipeline:` and `environments:` as a whole: schedules, circles, and what cannot run yet. */
export function* pipelineFindings(config: LlmopsConfig): Iterable<Finding> {
  const stages = config.pipeline ?? [];
  for (const [index, stage] of stages.entries()) {
    const path = ["pipeline", index];
    const mistake = stage.schedule === undefined ? undefined : scheduleMistake(stage.schedule);
    if (mistake) yield error("config-schedule", mistake, [...path, "schedule"]);
    yield* stepNames(stage, path);
    yield* later(stage, path, config);
  }
  yield* circles("Stages", stages.map(({ name, needs }, index) => ({ name, needs, path: ["pipeline", index, "needs"] })));
  yield* circles("Environments", Object.entries(config.environments ?? {}).map(([name, { requires }]) => ({ name, needs: requires, path: ["environments", name, "requires"] })));
}

/** Whether this version can run the stage: where it cannot, why, and at which path below the stage. */
export function cannotRun(stage: StageConfig, { environments = {}, runners = {} }: Pick<LlmopsConfig, "environments" | "runners">): { readonly path: Path; readonly message: string } | undefined {
  const { runsOn } = stage;
  if (runsOn !== "local" && !runners[runsOn]) return { path: ["runsOn"], message: `The stage runs on ${runsOn}, and runners does not say where that is. Add runners: { ${runsOn}: … }.` };
  for (const [at, step] of stage.steps.entries()) {
    if (runsOn !== "local" && step.command === undefined && step.eval === undefined) return { path: ["steps", at], message: `On ${runsOn} run commands and evals. Move ${step.name} to a stage of its own that runs locally.` };
    const kind = LATER_STEPS.find((candidate) => step[candidate] !== undefined);
    if (kind) return { path: ["steps", at, kind], message: `Steps of the kind ${kind} cannot run yet. Take it out, or use a command.` };
    if (step.promote !== undefined && environments[step.promote]?.rollout !== undefined) return { path: ["steps", at, "promote"], message: `A promotion does not carry out rollouts: write the rollout of ${step.promote} as a step before it, and take rollout out of ${step.promote}.` };
  }
  return undefined;
}

function* later(stage: StageConfig, path: Path, config: LlmopsConfig): Iterable<Finding> {
  const found = cannotRun(stage, config);
  if (found) yield { severity: "information", code: "config-not-yet", message: `${found.message} Until then the stage ${stage.name} is refused.`, path: [...path, ...found.path], part: "key" };
}

function* stepNames(stage: StageConfig, path: Path): Iterable<Finding> {
  const seen = new Set<string>();
  for (const [at, { name }] of stage.steps.entries()) {
    if (seen.has(name)) yield error("config-duplicate-name", `The stage ${stage.name} has two steps named ${JSON.stringify(name)}. Rename one of them.`, [...path, "steps", at, "name"]);
    seen.add(name);
  }
}

/** Five fields, as crontab has them: a pipeline that starts every second helps nobody. */
function scheduleMistake(schedule: string): string | undefined {
  try {
    const next = new Cron(schedule, { mode: "5-part", paused: true }).nextRun();
    return next ? undefined : `${JSON.stringify(schedule)} never comes: there is no such date.`;
  } catch (failure) {
    const reason = (failure as Error).message.replace(/^Cron(Pattern|Date)?: /, "");
    return `${JSON.stringify(schedule)} is not a cron expression (${reason.replace(/\.$/, "")}). Write minute, hour, day, month and weekday, such as 0 3 * * *.`;
  }
}

interface Node {
  readonly name: string;
  readonly needs: readonly string[];
  readonly path: Path;
}

/** What needs itself, by whatever way, never starts. Each circle is said once, at the entry that closes it. */
function circles(what: string, nodes: readonly Node[]): Finding[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const done = new Set<string>();
  const findings: Finding[] = [];
  const visit = (node: Node, before: readonly string[]): void => {
    if (done.has(node.name)) return;
    const way = [...before, node.name];
    for (const [at, needed] of node.needs.entries()) {
      const next = byName.get(needed);
      if (way.includes(needed)) {
        const circle = [...way.slice(way.indexOf(needed)), needed].join(" → ");
        findings.push(error("config-circle", `${what} need each other in a circle: ${circle}. Take one of these entries out.`, [...node.path, at]));
      } else if (next) visit(next, way);
    }
    done.add(node.name);
  };
  for (const node of nodes) visit(node, []);
  return findings;
}

function error(code: string, message: string, path: Path): Finding {
  return { severity: "error", code, message, path, part: "value" };
}
