// An esbuild plugin that puts the modules which every run of suites loads into few chunks.
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { globSync } from "tinyglobby";

/** The modules that begin a run. */
const START = ["src/cli/main.ts", "src/cli/eval.ts"];
/** Where runs import on need. Configurations are read by the language server too, and a suite's own code has a process of its own. */
const RUNS = { patterns: ["src/{cli,core,engine,server/worker}/**/*.ts"], ignore: ["src/engine/main.ts", "src/core/config/**", "src/core/evals/suiteCode/**"] };

/**
 * esbuild makes a chunk of the modules that exactly the same entry points reach, and every `import()` makes an entry
 * point: what a run loads at its start came in 45 chunks. Therefore each module that a run imports on need is made to
 * reach the start as well, which is loaded by then.
 */
export const startPath = {
  name: "start-path",
  setup(build) {
    const root = build.initialOptions.absWorkingDir;
    const start = START.map((file) => `import ${JSON.stringify(join(root, file))};`).join("");
    let onNeed = new Set();
    build.onStart(() => {
      onNeed = new Set([join(root, "src/server/worker/main.ts"), ...importedOnNeed(root)]);
    });
    build.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => (onNeed.has(path) ? { contents: `${readFileSync(path, "utf8")}${start}`, loader: "ts" } : undefined));
  },
};

function importedOnNeed(root) {
  return globSync({ ...RUNS, cwd: root, absolute: true }).flatMap((file) => [...readFileSync(file, "utf8").matchAll(/\bimport\("(\.[^"]+)"\)/g)].map(([, path]) => resolve(dirname(file), path)));
}
