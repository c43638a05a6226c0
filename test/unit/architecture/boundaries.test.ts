import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

const SRC = resolve(import.meta.dirname, "../../../src");

/** Folders of `core`, each with those it may use. What is not listed here does not exist yet. */
const CORE_USES: Readonly<Record<string, readonly string[]>> = {
  store: [],
  config: [],
  git: ["config"],
  prompts: ["config", "evals/model"],
  evals: ["store", "config", "prompts"],
  regression: ["store", "config", "git", "prompts", "evals"],
  language: ["config", "prompts", "evals", "regression"],
  experiments: ["store", "config", "git", "evals", "regression"],
  rollouts: ["store", "config", "evals", "regression"],
  jobs: ["store", "config"],
  alerts: ["store", "config", "traces"],
  playbooks: ["store", "config"],
  traces: ["config", "prompts", "evals", "regression"],
  training: ["store", "config", "git", "evals", "regression", "experiments", "jobs"],
  pipeline: ["store", "config", "git", "evals", "regression", "rollouts", "training", "jobs"],
};
/** The fronts, and what else of `src` each may use. */
const FRONTS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  sandbox: [],
  protocol: ["core"],
  engine: ["core", "sandbox", "cli", "server"],
  cli: ["core", "engine", "sandbox"],
  server: ["core", "engine", "protocol"],
  editor: ["protocol", "core"],
  webview: ["protocol"],
};

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((file) => file.match(/\.tsx?$/))
  .map((file) => file.split(sep).join("/"));

const imports: Import[] = files.flatMap((from) => {
  const text = readFileSync(join(SRC, from), "utf8");
  return [...text.matchAll(/(?:^|\n)\s*(?:import|export)\s+(type\s+)?[^"';]*?from\s+"([^"]+)"|import\("([^"]+)"\)|(?:^|\n)import\s+"([^"]+)"/g)].map((match) => ({
    from,
    to: match[2] ?? match[3] ?? match[4] ?? "",
    typeOnly: match[1] !== undefined,
  }));
});

const inside = imports
  .filter(({ to }) => to.startsWith("."))
  .map(({ from, to, typeOnly }) => ({ from, to: relative(SRC, resolve(SRC, dirname(from), to)).split(sep).join("/"), typeOnly }));

describe("architecture", () => {
  it("sees the code at all", () => {
    assert.ok(files.length > 80 && inside.length > 200, `${files.length} files, ${inside.length} imports`);
  });

  it("only src/editor knows vscode", () => {
    const wrong = imports.filter(({ from, to }) => (to === "vscode" || to.startsWith("vscode-languageclient")) && !from.startsWith("editor/"));
    assert.deepEqual(wrong, []);
  });

  it("core knows no server, no editor and no DOM", () => {
    const wrong = imports.filter(({ from, to }) => from.startsWith("core/") && /^(vscode|preact|commander)/.test(to));
    assert.deepEqual(wrong, []);
  });

  it("dependencies of core's folders run one way", () => {
    const wrong = inside.filter(({ from, to }) => {
      const [, folder = "", rest] = from.split("/");
      const [top, target = "", targetRest] = to.split("/");
      if (!from.startsWith("core/") || rest === undefined || top !== "core" || targetRest === undefined || folder === target) return false;
      return !(CORE_USES[folder] ?? []).some((allowed) => target === allowed || to.startsWith(`core/${allowed}`));
    });
    assert.deepEqual(wrong, []);
  });

  it("fronts use the core, never the other way round", () => {
    const wrong = inside.filter(({ from, to }) => {
      const [top = ""] = from.split("/");
      const [target = ""] = to.split("/");
      return top !== target && target.endsWith(".json") === false && !(FRONTS[top] ?? []).includes(target);
    });
    assert.deepEqual(wrong, []);
  });

  it("the editor takes only types from the core: the engine decides, the editor draws", () => {
    const wrong = inside.filter(({ from, to, typeOnly }) => from.startsWith("editor/") && to.startsWith("core/") && !typeOnly);
    assert.deepEqual(wrong, []);
  });

  it("webviews know types of messages only: they draw what they are told", () => {
    const wrong = inside.filter(({ from, to, typeOnly }) => from.startsWith("webview/") && !to.startsWith("webview/") && !typeOnly);
    assert.deepEqual(wrong, []);
  });

  it("no two files depend on each other in a circle", () => {
    const graph = new Map<string, string[]>();
    for (const { from, to, typeOnly } of inside) if (!typeOnly) graph.set(from, [...(graph.get(from) ?? []), to]);
    const done = new Set<string>();
    const visit = (file: string, path: string[]): string[] | undefined => {
      if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
      if (done.has(file)) return undefined;
      for (const next of graph.get(file) ?? []) {
        const circle = visit(next, [...path, file]);
        if (circle) return circle;
      }
      done.add(file);
      return undefined;
    };
    for (const file of graph.keys()) assert.equal(visit(file, [])?.join(" → "), undefined);
  });
});
